"""Every page in Russian shows no English word in headings, labels, cards, heads of tables, notes and figures."""

from __future__ import annotations

import pytest
from browser.conftest import browser, visit
from browser.test_all_pages import base, pictures
from browser.test_all_pages import test_a_russian_page_shows_no_english as shows_no_english
from page_visits import VIEWS

__all__ = ["base", "browser", "pictures", "visit"]

pytestmark = [pytest.mark.study, pytest.mark.timeout(540)]


@pytest.mark.parametrize("view", VIEWS)
def test_a_page_in_russian_holds_no_english(base, visit, pictures, view) -> None:
    shows_no_english(base, visit, pictures, view)
