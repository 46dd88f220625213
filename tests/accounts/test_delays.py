"""Tries are counted before they are made."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network

from flask import Flask

from config import Settings
from tesa.accounts.delays import forget, give_back, password_key, sign_in_key, take_turn
from tesa.accounts.models import SignInDelay
from tesa.core.db import db, new_id
from tesa.core.transactions import transaction
from tests.accounts.making import NOW

KEY = bytes(32)


def turn(seconds: float = 0, key: bytes = KEY) -> int:
    with transaction():
        return take_turn(key, NOW + timedelta(seconds=seconds))


def test_three_tries_are_free_then_each_waits_twice_as_long(app: Flask) -> None:
    assert [turn() for _ in range(4)] == [0, 0, 0, 3]
    assert turn(1.5) == 1
    assert turn(2) == 0
    assert turn(2.5) == 4
    assert turn(6) == 0
    assert turn(6) == 9


def test_behind_a_proxy_of_ours_each_network_counts_by_itself(app: Flask, settings: Settings) -> None:
    def key(forwarded: str, peer: str = "127.0.0.1") -> bytes:
        with app.test_request_context(headers={"X-Forwarded-For": forwarded}, environ_base={"REMOTE_ADDR": peer}):
            return sign_in_key("psikolog@contoh.id")

    assert key("198.51.100.1") == key("203.0.113.1")  # nobody is believed by default
    app.extensions["tesa_settings"] = replace(settings, trusted_proxies=(ip_network("127.0.0.1"),))
    assert key("198.51.100.1") != key("203.0.113.1")
    assert key("198.51.100.1") == key("203.0.113.1, 198.51.100.2")  # the same network; what a client adds is ignored
    assert key("198.51.100.1", "192.0.2.7") == key("203.0.113.1", "192.0.2.7")


def test_a_try_that_has_to_wait_is_not_counted(app: Flask) -> None:
    for _ in range(20):
        turn()
    assert turn(2) == 0


def test_an_hour_later_all_is_forgotten(app: Flask) -> None:
    for second in range(0, 600, 60):
        turn(second)
    assert turn(600) > 0 or turn(660) == 0
    later = 3600 + 700
    assert [turn(later), turn(later), turn(later)] == [0, 0, 0]


def test_old_counters_of_others_are_removed(app: Flask) -> None:
    turn(0, b"a" * 32)
    turn(3601, b"b" * 32)
    assert [row.key for row in db.session.query(SignInDelay)] == [b"b" * 32]


def test_a_right_step_gives_its_try_back(app: Flask) -> None:
    for _ in range(3):
        turn()
    with transaction():
        give_back(KEY, NOW)
        give_back(b"unknown" + bytes(25), NOW)
    assert [turn(), turn()] == [0, 3]


def test_success_forgets(app: Flask) -> None:
    for _ in range(5):
        turn()
    with transaction():
        forget(KEY)
    assert [turn() for _ in range(4)] == [0, 0, 0, 3]


def test_guesses_at_the_same_moment_are_counted_one_by_one(app: Flask) -> None:
    def guess(_number: int) -> int:
        with app.app_context():
            return turn()

    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(guess, range(24)))
    assert waits.count(0) == 3


def test_what_is_counted_is_kept_apart(app: Flask) -> None:
    person = new_id()
    with app.test_request_context(environ_base={"REMOTE_ADDR": "203.0.113.9"}):
        here = sign_in_key("A@contoh.id ")
        assert here == sign_in_key("a@contoh.id")
        assert here != sign_in_key("b@contoh.id")
    with app.test_request_context(environ_base={"REMOTE_ADDR": "203.0.113.200"}):
        assert sign_in_key("a@contoh.id") == here
    with app.test_request_context(environ_base={"REMOTE_ADDR": "198.51.100.9"}):
        assert sign_in_key("a@contoh.id") != here
    assert password_key(person) != password_key(new_id())
    assert b"contoh" not in here
