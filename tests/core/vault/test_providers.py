"""One contract for all key providers. The services are asked over real HTTP, on loopback, and truly check the binding."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol, Self

import pytest

from tesa.core.outside import AwsKeys, VaultKeys
from tesa.core.vault import KeyFileProblem, KeyProvider, KeysAway, Unopenable, create_key_file, key_provider
from tesa.core.vault.key_file import local_provider
from tesa.core.vault.live_key_file import LiveKeyFile
from tesa.core.vault.providers import remote
from tesa.core.vault.providers.aws_kms import AwsKmsKeyProvider
from tesa.core.vault.providers.vault_transit import VaultTransitKeyProvider
from tests.core.vault.memory_store import make_provider, make_vault
from tests.support.kms import REGION, Kms
from tests.support.settings import make_settings
from tests.support.transit import TOKEN, Transit

PLAIN, AAD = bytes(range(32)), b"\x00\x00\x00\x04tesa" + bytes(200)


class Clock:
    """Seconds that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class House(Protocol):
    """Where keys live, as the contract sees it."""

    clock: Clock

    def provider(self) -> KeyProvider:
        """As a fresh process sees it."""
        ...

    def rotate(self) -> None:
        """From now on another key, or another version of it, wraps."""
        ...


class Service(House, Protocol):
    """One that can be away."""

    def switch_on(self) -> None: ...

    def switch_off(self) -> None: ...

    def slow(self, seconds: float) -> None: ...


class FileHouse:
    def __init__(self, _folder: Path) -> None:
        self.clock, self.names = Clock(), ["kek-one"]

    def provider(self) -> KeyProvider:
        return make_provider(*self.names)

    def rotate(self) -> None:
        self.names.append(f"kek-{len(self.names) + 1}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class VaultHouse(Transit):
    def __init__(self, folder: Path) -> None:
        super().__init__("tesa", "other")
        self.clock, self.file = Clock(), folder / "token"
        self.file.write_text(TOKEN)

    def provider(self) -> KeyProvider:
        return VaultTransitKeyProvider(self.url, self.file.read_text, "tesa", clock=self.clock)

    def slow(self, seconds: float) -> None:
        self.delay = seconds


class AwsHouse(Kms):
    def __init__(self, _folder: Path) -> None:
        super().__init__()
        self.clock, self.arns = Clock(), list[str]()

    def provider(self) -> KeyProvider:
        self.arns = self.arns or [self.new_key()]
        return AwsKmsKeyProvider(self.arns, REGION, self.url, clock=self.clock)

    def rotate(self) -> None:
        self.arns.insert(0, self.new_key())

    def slow(self, seconds: float) -> None:
        self.delay = seconds


SERVICES = {"vault": VaultHouse, "aws": AwsHouse}


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "of-the-tests")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture(params=[FileHouse, *SERVICES.values()], ids=["file", *SERVICES])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    with request.param(tmp_path) as house:
        yield house


@pytest.fixture(params=SERVICES.values(), ids=list(SERVICES))
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Service]:
    with request.param(tmp_path) as house:
        yield house


@pytest.fixture
def transit(tmp_path: Path) -> Iterator[VaultHouse]:
    with VaultHouse(tmp_path) as house:
        yield house


@pytest.fixture
def kms(tmp_path: Path) -> Iterator[AwsHouse]:
    with AwsHouse(tmp_path) as house:
        yield house


def unopenable(call: Callable[[], object]) -> None:
    """One and the same error, that tells nothing."""
    with pytest.raises(Unopenable) as refusal:
        call()
    assert refusal.value.args == Unopenable().args


# -- the contract


def test_what_is_wrapped_opens_in_another_process_too(house: House) -> None:
    provider = house.provider()
    wrapped, key_id = provider.wrap(PLAIN, AAD), provider.key_id
    assert 0 < len(key_id) <= 255
    assert PLAIN not in wrapped
    assert provider.unwrap(wrapped, AAD, key_id) == house.provider().unwrap(wrapped, AAD, key_id) == PLAIN


def test_the_same_key_never_looks_the_same(house: House) -> None:
    provider = house.provider()
    assert len({provider.wrap(PLAIN, AAD) for _ in range(5)}) == 5


@pytest.mark.parametrize("aad", [b"", AAD[:-1], AAD + b"\0", AAD[::-1], b"\xff" * 9000])
def test_a_wrapped_key_is_bound(house: House, aad: bytes) -> None:
    provider = house.provider()
    wrapped = provider.wrap(PLAIN, AAD)
    unopenable(lambda: provider.unwrap(wrapped, aad, provider.key_id))


def test_every_binding_fits(house: House) -> None:
    provider, long = house.provider(), os.urandom(9000)
    assert provider.unwrap(provider.wrap(PLAIN, long), long, provider.key_id) == PLAIN


def test_no_bit_of_a_wrapped_key_may_flip(house: House) -> None:
    provider = house.provider()
    wrapped, key_id = provider.wrap(PLAIN, AAD), provider.key_id
    for index in range(len(wrapped) * 8):
        flipped = bytearray(wrapped)
        flipped[index // 8] ^= 1 << index % 8
        unopenable(lambda blob=bytes(flipped): provider.unwrap(blob, AAD, key_id))


def test_no_byte_may_be_missing_or_be_too_many(house: House) -> None:
    provider = house.provider()
    wrapped, key_id = provider.wrap(PLAIN, AAD), provider.key_id
    for broken in (*(wrapped[:length] for length in range(len(wrapped))), wrapped + b"\0", wrapped * 200):
        unopenable(lambda blob=broken: provider.unwrap(blob, AAD, key_id))


@pytest.mark.parametrize(
    "name", ["", "kek-of-nobody", "vault:transit/tesa", "vault:transit/tesa:v", "vault:other/tesa:v1", "arn:aws:kms::x"]
)
def test_a_key_that_the_provider_does_not_know(house: House, name: str) -> None:
    provider = house.provider()
    wrapped = provider.wrap(PLAIN, AAD)
    unopenable(lambda: provider.unwrap(wrapped, AAD, name))


def test_a_rotation_changes_the_name_and_old_ones_still_open(house: House) -> None:
    before = house.provider()
    first, first_id = before.wrap(PLAIN, AAD), before.key_id
    house.rotate()
    after = house.provider()
    second, second_id = after.wrap(PLAIN[::-1], AAD), after.key_id
    assert first_id != second_id
    assert after.unwrap(first, AAD, first_id) == PLAIN
    assert after.unwrap(second, AAD, second_id) == PLAIN[::-1]


def test_a_whole_vault_stands_on_it(house: House) -> None:
    vault, store = make_vault(house.provider())
    index = vault.blind_index("number", "+6281234567890")
    assert make_vault(house.provider(), store)[0].blind_index("number", "+6281234567890") == index


def test_nothing_secret_is_printed(house: House) -> None:
    provider = house.provider()
    provider.wrap(PLAIN, AAD)
    assert TOKEN not in repr(provider)
    assert "secret" not in repr(provider)


# -- services that can be away


def test_a_service_that_is_off_is_away_and_comes_back(service: Service) -> None:
    provider = service.provider()
    wrapped, key_id = provider.wrap(PLAIN, AAD), provider.key_id
    service.switch_off()
    for call in (lambda: provider.wrap(PLAIN, AAD), lambda: provider.unwrap(wrapped, AAD, key_id)):
        with pytest.raises(KeysAway):
            call()
    service.switch_on()
    service.clock.now += remote.REST_SECONDS
    assert provider.unwrap(wrapped, AAD, key_id) == PLAIN


def test_while_it_is_away_it_is_asked_every_few_seconds_only(service: Service) -> None:
    provider = service.provider()
    wrapped, key_id = provider.wrap(PLAIN, AAD), provider.key_id
    service.switch_off()
    for _ in range(3):
        with pytest.raises(KeysAway):
            provider.unwrap(wrapped, AAD, key_id)
    service.switch_on()
    with pytest.raises(KeysAway):
        provider.unwrap(wrapped, AAD, key_id)
    service.clock.now += remote.REST_SECONDS
    assert provider.unwrap(wrapped, AAD, key_id) == PLAIN


def test_what_does_not_open_gives_the_service_no_rest(service: Service) -> None:
    provider = service.provider()
    wrapped, key_id = provider.wrap(PLAIN, AAD), provider.key_id
    unopenable(lambda: provider.unwrap(wrapped, b"other", key_id))
    assert provider.unwrap(wrapped, AAD, key_id) == PLAIN


def test_a_slow_service_is_given_up(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    patient = service.provider()
    wrapped, key_id = patient.wrap(PLAIN, AAD), patient.key_id
    for module in ("vault_transit", "aws_kms"):
        monkeypatch.setattr(f"tesa.core.vault.providers.{module}.READ_SECONDS", 0.2)
    provider = service.provider()
    service.slow(1.0)
    with pytest.raises(KeysAway):
        provider.unwrap(wrapped, AAD, key_id)
    service.slow(0)


def test_its_absence_tells_the_reason_and_nothing_secret(service: Service) -> None:
    provider = service.provider()
    service.switch_off()
    with pytest.raises(KeysAway) as away:
        provider.wrap(PLAIN, AAD)
    told = "".join(traceback.format_exception(away.value))
    assert TOKEN not in told
    assert str(away.value)


# -- HashiCorp Vault


@pytest.mark.parametrize(
    "answer",
    [
        (500, b"{}"), (502, b"<html>"), (503, b""), (429, b'{"errors":["slow"]}'), (412, b"{}"), (204, b""),
        (200, b"<html>"), (200, b"[]"), (200, b"{}"), (200, b'{"data":null}'), (200, b'{"data":{}}'),
        (200, b'{"data":{"plaintext":"!"}}'), (200, b'{"data":{"plaintext":7}}'), (307, b"{}"), (418, b"{}"),
    ],
)  # fmt: skip
def test_trouble_of_vault_is_no_unopenable_key(transit: VaultHouse, answer: tuple[int, bytes]) -> None:
    provider = transit.provider()
    wrapped, key_id = provider.wrap(PLAIN, AAD), provider.key_id
    transit.answers_with = answer
    for call in (lambda: provider.wrap(PLAIN, AAD), lambda: provider.unwrap(wrapped, AAD, key_id)):
        transit.clock.now += remote.REST_SECONDS
        with pytest.raises(KeysAway):
            call()


@pytest.mark.parametrize("version", [b"0", b"-1", b"true", b'"2"', b"null"])
def test_a_version_that_is_none(transit: VaultHouse, version: bytes) -> None:
    transit.answers_with = (200, b'{"data":{"latest_version":%s}}' % version)
    with pytest.raises(KeysAway):
        assert transit.provider().key_id


def test_a_sealed_vault_is_away_until_it_is_unsealed(transit: VaultHouse) -> None:
    provider = transit.provider()
    wrapped, key_id = provider.wrap(PLAIN, AAD), provider.key_id
    transit.sealed = True
    with pytest.raises(KeysAway):
        provider.unwrap(wrapped, AAD, key_id)
    transit.sealed = False
    transit.clock.now += remote.REST_SECONDS
    assert provider.unwrap(wrapped, AAD, key_id) == PLAIN


def test_a_renewed_token_is_taken_up(transit: VaultHouse) -> None:
    provider = transit.provider()
    wrapped, key_id = provider.wrap(PLAIN, AAD), provider.key_id
    transit.token = "hvs.renewed"
    with pytest.raises(KeysAway, match="TESA_VAULT_TOKEN_FILE"):
        provider.unwrap(wrapped, AAD, key_id)
    transit.file.write_text("hvs.renewed")
    transit.clock.now += remote.REST_SECONDS
    assert provider.unwrap(wrapped, AAD, key_id) == PLAIN


def test_a_wrong_name_or_mount_is_named(transit: VaultHouse) -> None:
    for changes in ({"key": "none"}, {"mount": "none"}):
        values = {"key": "tesa", "mount": "transit", **changes}
        provider = VaultTransitKeyProvider(transit.url, lambda: TOKEN, values["key"], values["mount"])
        with pytest.raises(KeysAway, match="TESA_VAULT_KEY"):
            assert provider.key_id
        with pytest.raises(KeysAway, match="TESA_VAULT_KEY"):
            VaultTransitKeyProvider(transit.url, lambda: TOKEN, values["key"], values["mount"]).wrap(PLAIN, AAD)


def test_a_rotation_in_vault_is_noticed_within_a_minute(transit: VaultHouse) -> None:
    provider = transit.provider()
    assert provider.key_id == "vault:transit/tesa:v1"
    transit.rotate()
    wrapped = provider.wrap(PLAIN, AAD)  # under version 2, though the row says 1
    assert provider.unwrap(wrapped, AAD, provider.key_id) == PLAIN
    transit.clock.now += 60
    assert provider.key_id == "vault:transit/tesa:v2"


def test_a_version_that_vault_has_retired_does_not_open(transit: VaultHouse) -> None:
    provider = transit.provider()
    wrapped, key_id = provider.wrap(PLAIN, AAD), provider.key_id
    transit.rotate()
    transit.oldest = 2
    unopenable(lambda: provider.unwrap(wrapped, AAD, key_id))


def test_a_vault_that_binds_nothing_is_refused(transit: VaultHouse) -> None:
    transit.ignores_associated_data = True
    with pytest.raises(KeysAway, match="newer"):
        transit.provider().wrap(PLAIN, AAD)


def test_a_key_of_another_name_in_vault_opens_nothing_here(transit: VaultHouse) -> None:
    other = VaultTransitKeyProvider(transit.url, lambda: TOKEN, "other")
    wrapped = other.wrap(PLAIN, AAD)
    unopenable(lambda: transit.provider().unwrap(wrapped, AAD, other.key_id))
    unopenable(lambda: transit.provider().unwrap(wrapped, AAD, "vault:transit/tesa:v1"))


# -- AWS KMS


@pytest.mark.parametrize(
    "refusal",
    [
        (400, "ThrottlingException"), (500, "KMSInternalException"), (503, "ServiceUnavailable"),
        (500, "DependencyTimeoutException"), (400, "AccessDeniedException"), (400, "ExpiredTokenException"),
        (400, "DisabledException"), (400, "KMSInvalidStateException"), (400, "UnrecognizedClientException"), (200, "x"),
    ],
)  # fmt: skip
def test_trouble_of_kms_is_no_unopenable_key(kms: AwsHouse, refusal: tuple[int, str]) -> None:
    provider = kms.provider()
    wrapped, key_id = provider.wrap(PLAIN, AAD), provider.key_id
    kms.refuses_with = refusal
    for call in (lambda: provider.wrap(PLAIN, AAD), lambda: provider.unwrap(wrapped, AAD, key_id)):
        kms.clock.now += remote.REST_SECONDS
        with pytest.raises(KeysAway):
            call()


def test_each_answer_costs_one_request(kms: AwsHouse) -> None:
    provider = kms.provider()
    kms.asked.clear()
    wrapped = provider.wrap(PLAIN, AAD)
    provider.unwrap(wrapped, AAD, provider.key_id)
    assert kms.asked == ["TrentService.Encrypt", "TrentService.Decrypt"]
    kms.refuses_with = (500, "KMSInternalException")
    with pytest.raises(KeysAway):
        provider.wrap(PLAIN, AAD)
    assert len(kms.asked) == 3  # no second try: the caller waits on the line


def test_a_key_of_kms_that_the_settings_do_not_name_opens_nothing(kms: AwsHouse) -> None:
    ours = kms.provider()
    foreign = AwsKmsKeyProvider([kms.new_key()], REGION, kms.url)
    wrapped = foreign.wrap(PLAIN, AAD)
    unopenable(lambda: ours.unwrap(wrapped, AAD, foreign.key_id))
    unopenable(lambda: ours.unwrap(wrapped, AAD, ours.key_id))


# -- the settings choose


@pytest.mark.parametrize("kind", ["file", "vault", "aws"])
def test_the_settings_choose(tmp_path: Path, transit: VaultHouse, kms: AwsHouse, kind: str) -> None:
    create_key_file(tmp_path / "keys")
    settings = make_settings(
        "sqlite://", tmp_path / "keys", key_provider=kind, file_keys=kind == "file",
        vault_keys=VaultKeys(transit.url, "tesa", "transit", TOKEN, None) if kind == "vault" else None,
        aws_keys=AwsKeys((kms.new_key(),), REGION, kms.url) if kind == "aws" else None,
    )  # fmt: skip
    provider = key_provider(settings)
    wanted = {"file": LiveKeyFile, "vault": VaultTransitKeyProvider, "aws": AwsKmsKeyProvider}
    assert type(provider) is wanted[kind]
    assert provider.unwrap(provider.wrap(PLAIN, AAD), AAD, provider.key_id) == PLAIN


def test_a_house_moves_from_the_file_to_vault_and_back(tmp_path: Path, transit: VaultHouse) -> None:
    create_key_file(tmp_path / "keys")
    file = local_provider(tmp_path / "keys")
    old, old_id = file.wrap(PLAIN, AAD), file.key_id
    keys = VaultKeys(transit.url, "tesa", "transit", TOKEN, None)
    moving = key_provider(make_settings("sqlite://", tmp_path / "keys", key_provider="vault", vault_keys=keys))
    assert moving.unwrap(old, AAD, old_id) == PLAIN
    new, new_id = moving.wrap(PLAIN, AAD), moving.key_id
    assert new_id == "vault:transit/tesa:v1"
    back = key_provider(make_settings("sqlite://", tmp_path / "keys", vault_keys=keys))
    assert (back.key_id, back.unwrap(new, AAD, new_id)) == (old_id, PLAIN)
    unopenable(lambda: back.unwrap(new, AAD, "kek-of-nobody"))
    transit.switch_off()
    assert back.unwrap(old, AAD, old_id) == PLAIN
    with pytest.raises(KeysAway):
        moving.wrap(PLAIN, AAD)


def test_a_token_file_that_has_gone_is_named(tmp_path: Path, transit: VaultHouse) -> None:
    keys = VaultKeys(transit.url, "tesa", "transit", "", tmp_path / "gone")
    settings = make_settings("sqlite://", tmp_path, key_provider="vault", file_keys=False, vault_keys=keys)
    with pytest.raises(KeysAway, match="TESA_VAULT_TOKEN_FILE"):
        key_provider(settings).wrap(PLAIN, AAD)


@pytest.mark.parametrize(
    ("kind", "package", "module"), [("vault", "hvac", "vault_transit"), ("aws", "boto3", "aws_kms")]
)
def test_a_missing_package_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, package: str, module: str
) -> None:
    monkeypatch.setitem(__import__("sys").modules, f"tesa.core.vault.providers.{module}", None)
    settings = make_settings(
        "sqlite://", tmp_path, key_provider=kind, file_keys=False,
        vault_keys=VaultKeys("http://127.0.0.1:1", "tesa", "transit", TOKEN, None),
        aws_keys=AwsKeys(("arn",), REGION, None),
    )  # fmt: skip
    with pytest.raises(KeyFileProblem, match=f"TESA_KEY_PROVIDER: .*{package}.*pip install"):
        key_provider(settings)
