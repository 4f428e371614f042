"""The provider of seals that comes along fulfils the contract, and says when it cannot seal."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import NoEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12, serialize_key_and_certificates
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.clock import NOW
from tests.documents.seals import breaches, one_page
from tracker.documents.pdf_seals import CHECKS, Sealed, SealFault, Unusable
from tracker.documents.pdf_seals.pkcs12 import Pkcs12Seal, new_certificate

CHECK = CHECKS[Pkcs12Seal.code]


def provider(folder: Path, name: str = "澄江区人民政府教育督导委员会办公室", *, years: int = 10) -> Pkcs12Seal:
    """The provider with a certificate of its own."""
    made = new_certificate(name, years=years, now=NOW)
    path, password = folder / f"{name}.p12", folder / f"{name}.password"
    path.write_bytes(made.data)
    password.write_text(f"{made.password}\n")
    return Pkcs12Seal(path, password)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Pkcs12Seal:
    return provider(tmp_path_factory.mktemp("seal"))


def test_the_provider_that_comes_along_fulfils_the_contract(own: Pkcs12Seal, tmp_path: Path) -> None:
    assert breaches(own, CHECK, provider(tmp_path, "别的单位"), at=NOW) == []


def test_a_seal_is_made_and_checked_where_an_event_loop_is_at_work(own: Pkcs12Seal, tmp_path: Path) -> None:
    async def inside() -> list[str]:
        return breaches(own, CHECK, provider(tmp_path, "别的单位"), at=NOW)

    # In a thread of its own, for a browser that an earlier test opened keeps its loop running in this one.
    with ThreadPoolExecutor(1) as apart:
        assert apart.submit(lambda: asyncio.run(inside())).result() == []


def test_the_contract_finds_a_check_that_looks_at_nothing(own: Pkcs12Seal, tmp_path: Path) -> None:
    def blind(data: bytes, *, certificate_sha256: str, at: datetime) -> list[SealFault]:
        return []

    found = breaches(own, blind, provider(tmp_path, "别的单位"), at=NOW)
    assert {"names an incremental update", "names a blank after the end", "finds a file cut off"} <= set(found)


def test_the_name_and_hash_of_the_certificate_go_with_what_it_sealed(own: Pkcs12Seal) -> None:
    sealed = own.seal(one_page(), reason="一份", at=NOW)
    assert sealed.certificate_name == "澄江区人民政府教育督导委员会办公室"
    assert CHECK(sealed.data, certificate_sha256=sealed.certificate_sha256, at=NOW + timedelta(days=3000)) == []
    assert CHECK(sealed.data, certificate_sha256="0" * 64, at=NOW) == [SealFault.OTHER_CERTIFICATE]


def test_a_certificate_out_of_date_seals_nothing(own: Pkcs12Seal, tmp_path: Path) -> None:
    short = provider(tmp_path, "一年", years=1)
    sealed = short.seal(one_page(), reason="在有效期内", at=NOW + timedelta(days=300))
    later = NOW + timedelta(days=400)
    assert CHECK(sealed.data, certificate_sha256=sealed.certificate_sha256, at=later) == [SealFault.UNTRUSTED]
    for at in (later, NOW - timedelta(days=1)):
        with pytest.raises(Unusable):
            short.seal(one_page(), reason="过期", at=at)


def test_files_that_do_not_open_are_said_to_be_so(tmp_path: Path) -> None:
    made = new_certificate("一张", years=1, now=NOW)
    path, password = tmp_path / "seal.p12", tmp_path / "password"
    path.write_bytes(made.data)
    with pytest.raises(Unusable):
        Pkcs12Seal(path, password)
    password.write_text("wrong")
    with pytest.raises(Unusable):
        Pkcs12Seal(path, password)
    password.write_text(made.password)
    Pkcs12Seal(path, password)
    bundle = load_pkcs12(made.data, made.password.encode())
    assert bundle.cert is not None
    path.write_bytes(serialize_key_and_certificates(b"x", None, bundle.cert.certificate, None, NoEncryption()))
    password.write_text("")
    with pytest.raises(Unusable):
        Pkcs12Seal(path, password)


@settings(max_examples=40)
@given(st.data())
def test_no_byte_can_be_changed_unseen_and_whatever_comes_is_answered(own: Pkcs12Seal, data: st.DataObject) -> None:
    sealed = own.seal(one_page(), reason="一份", at=NOW) if not SEALED else SEALED[0]
    SEALED[:] = [sealed]
    changed = bytearray(sealed.data)
    start = changed.index(b"/Contents")
    end = start + changed[start:].index(b">")
    place = data.draw(st.integers(0, len(changed) - 1).filter(lambda at: not start <= at <= end))
    changed[place] ^= data.draw(st.integers(1, 255))
    assert CHECK(bytes(changed), certificate_sha256=sealed.certificate_sha256, at=NOW)


SEALED: list[Sealed] = []
