"""The page in a real browser: it renders without a network, filters and sorts."""

from pathlib import Path

import pytest

from generator.verify.reports.html import to_html
from generator.verify.reports.view import page as view
from tests.assets.test_ui import screenshots
from tests.reports.test_reports import RESULT

pytestmark = pytest.mark.browser


def test_the_page_filters_and_sorts(tmp_path: Path) -> None:
    path = tmp_path / "smoke.html"
    path.write_text(to_html(view(RESULT)), encoding="utf-8")
    problems: list[str] = []
    asked: list[str] = []
    with screenshots().browser_page(1400, 900) as page:
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: problems.append(message.text))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        visible = page.locator("#scenarios tbody tr:visible")
        assert visible.count() == 4
        page.get_by_label("outcome").select_option("failed")
        assert visible.count() == 1
        assert page.locator("#count").text_content() == "1 of 4 scenarios"
        page.get_by_label("outcome").select_option("")
        page.get_by_label("find").fill("grow bound")
        assert "Thing.grow: at the bound" in (visible.first.text_content() or "")
        assert visible.count() == 1
        page.locator(".matrix button[data-suite='operation:Thing.create'][data-kind='happy']").click()
        assert visible.locator(".name").all_text_contents() == ["Thing.create: works"]
        page.get_by_label("kind").select_option("")
        page.get_by_label("operation").select_option("")
        page.get_by_role("columnheader", name="scenario").click()
        names = visible.locator(".name").all_text_contents()
        assert names == sorted(names)
        colors = []
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            colors.append(page.evaluate("getComputedStyle(document.body).color"))
        assert colors[0] != colors[1]
    assert problems == []
    assert asked == [path.as_uri()]
