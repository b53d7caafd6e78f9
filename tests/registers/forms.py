"""Forms of each register as a manager fills them in, and how they are sent."""

from __future__ import annotations

import html
import re

from httpx import Response
from starlette.testclient import TestClient

from tests.pages.cooperative import GTIN

LISTS = "/quan-ly/danh-muc"

PRODUCT = {
    "gtin": "8938501000224",
    "name": "Bánh đa Ưỡng Ở",
    "brand": "Đồng Tâm",
    "net_content": "0,5 kg",
    "shelf_life_days": "180",
    "ingredients": "Gạo tẻ,\n muối",
    "standards": "TCCS 02:2026/HTX-MD\nTCVN 5777",
}
ITEM = {"code": "cu-dong", "name": "Củ dong riềng"}
SITE = {"code": "KHO-02", "kind": "warehouse", "name": "Kho số 2", "gln": "8938501000002"}
CERTIFICATE = {
    "kind": "food-safety",
    "number": "12/2026/ATTP",
    "issuer": "Chi cục Quản lý chất lượng",
    "subject": "site:HTX-MD/XCB-01",
    "valid_from": "1/3/2026",
    "valid_to": "28/02/2029",
}
OCOP = {
    "kind": "ocop",
    "number": "77/QĐ-UBND",
    "issuer": "UBND tỉnh",
    "subject": f"product:{GTIN}",
    "valid_from": "01/09/2026",
    "valid_to": "31/08/2029",
    "stars": "5",
}
INSTRUMENT = {
    "code": "CAN-02",
    "kind": "Cân bàn 60 kg",
    "verified_on": "01/09/2026",
    "valid_to": "31/08/2027",
    "body": "Trung tâm đo lường",
}
NEW = {
    "san-pham": PRODUCT,
    "mat-hang": ITEM,
    "dia-diem": SITE,
    "giay-chung-nhan": CERTIFICATE,
    "can-do": INSTRUMENT,
}


def send(client: TestClient, slug: str, form: dict[str, str], act: str = "ghi") -> Response:
    """Send a form of a register; `act` xem looks, ghi records, tep asks for a file."""
    answer: Response = client.post(f"{LISTS}/{slug}/ghi", data={**form, "act": act})
    return answer


def recorded(answer: Response) -> str:
    """The address of the thing that was recorded."""
    assert answer.status_code == 303, text_of(answer)[:2000]
    return str(answer.headers["location"])


def hidden(page: Response, name: str) -> str:
    """The value of a hidden field of a page."""
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', page.text)
    assert found is not None, page.text
    return html.unescape(found[1])


def opened(client: TestClient, slug: str, asked: str) -> dict[str, str]:
    """What the form of a thing that is there holds, as a browser would send it again."""
    page = client.get(f"{LISTS}/{slug}/ghi?{asked}")
    assert page.status_code == 200, page.text
    found = dict(re.findall(r'<input[^>]* name="([^"]+)" value="([^"]*)"', page.text))
    found |= dict(re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n([^<]*)</textarea>', page.text))
    for name, body in re.findall(
        r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page.text, re.S
    ):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        found[name] = chosen[1] if chosen else ""
    return {name: html.unescape(value) for name, value in found.items()}


def text_of(page: Response) -> str:
    """What stands on a page, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def problems(page: Response) -> dict[str, str]:
    """Field name -> the sentence that stands at it."""
    found = re.findall(r'<span class="problem" id="(\w+)_problem">([^<]*)</span>', page.text)
    return {name: html.unescape(sentence) for name, sentence in found}
