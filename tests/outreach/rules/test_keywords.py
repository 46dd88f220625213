"""Which texts of a worker are an answer, and which are asked about again."""

import pytest

from tesa.outreach.rules.keywords import Keyword, read


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("SIAP", Keyword.ACCEPT),
        ("siap!", Keyword.ACCEPT),
        ('"Siap."', Keyword.ACCEPT),
        ("  s\u200biap\n", Keyword.ACCEPT),
        ("ＳＩＡＰ", Keyword.ACCEPT),
        ("siaaap", Keyword.ACCEPT),
        ("saip", Keyword.ACCEPT),
        ("siapp 🙏", Keyword.ACCEPT),
        ("siyap", Keyword.ACCEPT),
        ("Siap, bu", Keyword.ACCEPT),
        ("saya siap", Keyword.ACCEPT),
        ("TOLAK", Keyword.DECLINE),
        ("tolakk", Keyword.DECLINE),
        ("tolka", Keyword.DECLINE),
        ("Berangkat", Keyword.EN_ROUTE),
        ("brangkat", Keyword.EN_ROUTE),
        ("sudah tiba", Keyword.ON_SCENE),
        ("Tiba.", Keyword.ON_SCENE),
        ("selsai", Keyword.CLEARED),
        ("SELESAI", Keyword.CLEARED),
    ],
)
def test_an_answer_is_understood(text: str, meaning: Keyword) -> None:
    assert read(text) is meaning


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "🙏",
        "1",
        "siapa",
        "Siapa?",
        "siap?",
        "sip",
        "tidak siap",
        "belum siap",
        "gak siap bu",
        "siap atau tolak",
        "tiba-tiba",
        "siap-siap",
        "mau berangkat",
        "hampir tiba",
        "tiga",
        "iya",
        "tolong",
        "kapan berangkat",
        "ada apa ini saya siap",
        "siap" * 100,
        "сиап",
        "\x00",
        "tolong saya di rumah",
    ],
)
def test_what_may_mean_something_else_is_unclear(text: str) -> None:
    assert read(text) is Keyword.UNCLEAR
