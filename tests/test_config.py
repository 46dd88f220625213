"""Settings: every missing or unfit variable is named at once, and nothing secret is printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import Settings, UnfitSettings

FIT = {
    "TESA_DATABASE_URL": "sqlite:////tmp/x.db",
    "TESA_PUBLIC_URL": "https://tesa.example.org",
    "TESA_SECRET_KEY": "a secret of more than thirty-two letters",
    "TESA_KEY_FILE": "/var/lib/tesa/keys",
    "TWILIO_ACCOUNT_SID": "AC" + "0f" * 16,
    "TWILIO_AUTH_TOKEN": "token-one",
    "TESA_VOICE_NUMBER": "+622150000001",
    "TESA_WHATSAPP_NUMBER": "whatsapp:+622150000002",
    "TESA_COORDINATOR_NUMBERS": "+62811000001, +62811000002",
}


def read(tmp_path: Path, **changes: str | None) -> Settings:
    environ = {k: v for k, v in {**FIT, **changes}.items() if v is not None}
    return Settings.from_env(environ, tmp_path)


def test_fit_settings(tmp_path: Path) -> None:
    settings = read(tmp_path, TWILIO_AUTH_TOKEN_SECONDARY="token-two")
    assert settings.twilio_auth_tokens == ("token-one", "token-two")
    assert settings.whatsapp_number == "+622150000002"
    assert settings.coordinator_numbers == ("+62811000001", "+62811000002")
    assert (settings.https, settings.practice, settings.port, settings.bind) == (True, False, 5000, "127.0.0.1")
    assert settings.time_zone.key == "Asia/Jakarta"


def test_secrets_are_not_printed(tmp_path: Path) -> None:
    shown = repr(read(tmp_path, TESA_METRICS_TOKEN="metrics-secret"))
    assert not any(secret in shown for secret in (FIT["TESA_SECRET_KEY"], "token-one", "metrics-secret"))


def test_all_problems_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(UnfitSettings) as refused:
        Settings.from_env({}, tmp_path)
    named = {problem.split(":")[0] for problem in refused.value.problems}
    assert named == {"TESA_SECRET_KEY", "TESA_KEY_FILE", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TESA_VOICE_NUMBER"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TESA_SECRET_KEY", "short"),
        ("TESA_SECRET_KEY", "a" * 40),
        ("TESA_PUBLIC_URL", "http://tesa.example.org"),
        ("TESA_PUBLIC_URL", "tesa.example.org"),
        ("TESA_PUBLIC_URL", "https://tesa.example.org/path"),
        ("TESA_PUBLIC_URL", "ftp://tesa.example.org"),
        ("TWILIO_ACCOUNT_SID", "AC123"),
        ("TWILIO_AUTH_TOKEN", ""),
        ("TWILIO_API_BASE_URL", "http://twilio.example.org"),
        ("TESA_VOICE_NUMBER", "0812345678"),
        ("TESA_SMS_NUMBER", "112"),
        ("TESA_COORDINATOR_NUMBERS", "+62811000001,081"),
        ("TESA_PORT", "70000"),
        ("TESA_PORT", "x"),
        ("TESA_TIME_ZONE", "Mars/Phobos"),
        ("TESA_TIME_ZONE", "../etc/passwd"),
        ("FLASK_DEBUG", "1"),
    ],
)
def test_an_unfit_setting_is_refused_by_name(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(UnfitSettings) as refused:
        read(tmp_path, **{name: value})
    assert [problem.split(":")[0] for problem in refused.value.problems] == [name]


def test_plain_http_is_fit_on_this_machine_only(tmp_path: Path) -> None:
    assert not read(tmp_path, TESA_PUBLIC_URL="http://127.0.0.1:5000").https


def test_without_a_database_url_sqlite_below_instance(tmp_path: Path) -> None:
    assert read(tmp_path, TESA_DATABASE_URL=None).database_url.endswith("/instance/tesa.db")


def test_commands_that_need_no_telephone_start_without_an_account(tmp_path: Path) -> None:
    environ = {k: v for k, v in FIT.items() if not k.startswith("TWILIO") and k != "TESA_VOICE_NUMBER"}
    settings = Settings.from_env(environ, tmp_path, need_telephony=False)
    assert settings.twilio_account_sid.startswith("AC")
    with pytest.raises(UnfitSettings):
        Settings.from_env(environ, tmp_path)


def test_no_proxy_is_believed_unless_it_is_named(tmp_path: Path) -> None:
    assert read(tmp_path).trusted_proxies == ()
    named = read(tmp_path, TESA_TRUSTED_PROXIES="127.0.0.1, 10.0.0.0/8 2001:db8::/32").trusted_proxies
    assert [str(network) for network in named] == ["127.0.0.1/32", "10.0.0.0/8", "2001:db8::/32"]


@pytest.mark.parametrize("value", ["proxy.contoh.id", "127.0.0.1, x", "10.0.0.1/8", "0.0.0.0/0", "::/0"])
def test_proxies_are_addresses_and_not_all_of_them(tmp_path: Path, value: str) -> None:
    with pytest.raises(UnfitSettings) as refused:
        read(tmp_path, TESA_TRUSTED_PROXIES=value)
    assert "TESA_TRUSTED_PROXIES" in str(refused.value)


def test_a_dotenv_file_completes_the_environment_and_never_overrules_it(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("TESA_PORT=6000\nTESA_BIND=0.0.0.0\n")
    settings = read(tmp_path, TESA_PORT="7000")
    assert (settings.port, settings.bind) == (7000, "0.0.0.0")


ARN = "arn:aws:kms:ap-southeast-3:123456789012:key/12345678-aaaa-bbbb-cccc-1234567890ab"
VAULT = {
    "TESA_KEY_PROVIDER": "vault",
    "TESA_KEY_FILE": None,
    "TESA_VAULT_ADDR": "https://vault.example.org:8200/",
    "TESA_VAULT_KEY": "tesa",
    "TESA_VAULT_TOKEN": "hvs.secret",
}
AWS = {"TESA_KEY_PROVIDER": "aws", "TESA_KEY_FILE": None, "TESA_AWS_KMS_KEY": ARN}


def named(tmp_path: Path, **changes: str | None) -> set[str]:
    """The settings that are refused."""
    with pytest.raises(UnfitSettings) as refused:
        read(tmp_path, **changes)
    return {problem.split(":")[0] for problem in refused.value.problems}


def test_keys_lie_in_a_file_unless_told_otherwise(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert (settings.key_provider, settings.file_keys, settings.vault_keys, settings.aws_keys) == (
        "file",
        True,
        None,
        None,
    )
    assert named(tmp_path, TESA_KEY_FILE=None) == {"TESA_KEY_FILE"}
    assert named(tmp_path, TESA_KEY_PROVIDER="pkcs11") == {"TESA_KEY_PROVIDER"}


def test_keys_in_vault(tmp_path: Path) -> None:
    settings = read(tmp_path, **VAULT)
    assert settings.vault_keys is not None
    assert (settings.key_provider, settings.file_keys, settings.vault_keys.mount) == ("vault", False, "transit")
    assert settings.vault_keys.address == "https://vault.example.org:8200"
    assert "hvs.secret" not in repr(settings)
    assert read(tmp_path, **{**VAULT, "TESA_KEY_FILE": "/var/lib/tesa/keys"}).file_keys, "a former provider still opens"


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        (dict.fromkeys(("TESA_VAULT_ADDR", "TESA_VAULT_KEY", "TESA_VAULT_TOKEN")),
         {"TESA_VAULT_ADDR", "TESA_VAULT_KEY", "TESA_VAULT_TOKEN_FILE"}),
        ({"TESA_VAULT_ADDR": "http://vault.example.org:8200"}, {"TESA_VAULT_ADDR"}),
        ({"TESA_VAULT_ADDR": "vault.example.org"}, {"TESA_VAULT_ADDR"}),
        ({"TESA_VAULT_ADDR": "https://[x"}, {"TESA_VAULT_ADDR"}),
        ({"TESA_VAULT_KEY": "../sys/seal"}, {"TESA_VAULT_KEY"}),
        ({"TESA_VAULT_MOUNT": "a b"}, {"TESA_VAULT_MOUNT"}),
        ({"TESA_VAULT_TOKEN_FILE": "/none"}, {"TESA_VAULT_TOKEN_FILE"}),
        ({"TESA_VAULT_TOKEN_FILE": "/tmp"}, {"TESA_VAULT_TOKEN_FILE"}),
    ],
)  # fmt: skip
def test_unfit_settings_of_vault(tmp_path: Path, changes: dict[str, str | None], names: set[str]) -> None:
    assert named(tmp_path, **{**VAULT, **changes}) == names


def test_the_token_file_is_its_owners_alone(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("hvs.secret")
    (tmp_path / "token").chmod(0o644)
    with_file = {**VAULT, "TESA_VAULT_TOKEN": None, "TESA_VAULT_TOKEN_FILE": str(tmp_path / "token")}
    assert named(tmp_path, **with_file) == {"TESA_VAULT_TOKEN_FILE"}
    (tmp_path / "token").chmod(0o600)
    assert read(tmp_path, **with_file).vault_keys is not None


def test_keys_in_kms(tmp_path: Path) -> None:
    settings = read(tmp_path, **{**AWS, "TESA_AWS_KMS_KEY": f"{ARN}, {ARN[:-1]}c"})
    assert settings.aws_keys is not None
    assert (settings.aws_keys.arns, settings.aws_keys.region) == ((ARN, ARN[:-1] + "c"), "ap-southeast-3")


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"TESA_AWS_KMS_KEY": None}, {"TESA_AWS_KMS_KEY"}),
        ({"TESA_AWS_KMS_KEY": "alias/tesa"}, {"TESA_AWS_KMS_KEY"}),
        ({"TESA_AWS_KMS_KEY": ARN.replace("key/", "alias/")}, {"TESA_AWS_KMS_KEY"}),
        ({"TESA_AWS_ENDPOINT": "http://kms.example.org"}, {"TESA_AWS_ENDPOINT"}),
    ],
)
def test_unfit_settings_of_kms(tmp_path: Path, changes: dict[str, str | None], names: set[str]) -> None:
    assert named(tmp_path, **{**AWS, **changes}) == names


def test_the_document_elsewhere_and_the_second_number(tmp_path: Path) -> None:
    plain = read(tmp_path)
    assert (plain.fallback_dir, plain.fallback_bucket, plain.self_call_number) == (None, None, None)
    assert f"{plain.self_call_at:%H:%M}" == "06:30"
    full = read(
        tmp_path, TESA_FALLBACK_BUCKET="dokumen-tesa", TESA_FALLBACK_ENDPOINT="https://s3.example.org",
        TESA_FALLBACK_KEY_ID="id", TESA_FALLBACK_KEY_SECRET="bucket-secret", TESA_SELF_CALL_NUMBER="+622150000009",
        TESA_SELF_CALL_AT="23:05",
    )  # fmt: skip
    assert full.fallback_bucket is not None
    assert (full.fallback_bucket.region, f"{full.self_call_at:%H:%M}") == ("us-east-1", "23:05")
    assert "bucket-secret" not in repr(full)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"TESA_FALLBACK_BUCKET": "x"}, {"BUCKET", "REGION", "KEY_ID", "KEY_SECRET"}),
        ({"TESA_FALLBACK_NAME": "../hotline.xml"}, {"NAME"}),
        ({"TESA_FALLBACK_URL": "http://example.org/x.xml"}, {"URL"}),
    ],
)
def test_an_unfit_place_is_named(tmp_path: Path, changes: dict[str, str], named: set[str]) -> None:
    with pytest.raises(UnfitSettings) as unfit:
        read(tmp_path, **changes)
    assert {p.split(":")[0].removeprefix("TESA_FALLBACK_") for p in unfit.value.problems} == named


@pytest.mark.parametrize(
    ("name", "value"), [("NUMBER", FIT["TESA_VOICE_NUMBER"]), ("NUMBER", "0812"), ("AT", "6.30"), ("AT", "24:00")]
)
def test_an_unfit_self_call_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(UnfitSettings) as unfit:
        read(tmp_path, **{f"TESA_SELF_CALL_{name}": value})
    assert [p.split(":")[0] for p in unfit.value.problems] == [f"TESA_SELF_CALL_{name}"]


SOFTPHONE = {
    "TWILIO_API_KEY": "SK" + "5a" * 16,
    "TWILIO_API_SECRET": "an-api-secret",
    "TWILIO_TWIML_APP_SID": "AP" + "6b" * 16,
}


def test_browsers_telephone_with_all_three_settings_or_not_at_all(tmp_path: Path) -> None:
    assert read(tmp_path).softphone is None
    settings = read(tmp_path, **SOFTPHONE)
    assert settings.softphone is not None
    assert settings.softphone.twiml_app == SOFTPHONE["TWILIO_TWIML_APP_SID"]
    assert "an-api-secret" not in repr(settings)
    for missing in SOFTPHONE:
        with pytest.raises(UnfitSettings, match=missing):
            read(tmp_path, **{**SOFTPHONE, missing: None})
    with pytest.raises(UnfitSettings, match="TWILIO_API_KEY"):
        read(tmp_path, **{**SOFTPHONE, "TWILIO_API_KEY": "AC" + "5a" * 16})
