"""What is kept of a password; the servers of the other tests hash at the least cost."""

from __future__ import annotations

from argon2 import extract_parameters, profiles

from kaquan.web.passwords import PASSWORDS
from support.run import run


def test_a_password_is_hashed_at_the_cost_of_rfc_9106_and_fits_its_hash_alone() -> None:
    hashed = run(PASSWORDS.hash("correct horse"))
    assert extract_parameters(hashed) == profiles.RFC_9106_LOW_MEMORY
    fits = [run(PASSWORDS.fits(password, hashed)) for password in ("correct horse", "Correct horse", "")]
    assert fits == [True, False, False]
    assert not run(PASSWORDS.fits("nobody", ""))
