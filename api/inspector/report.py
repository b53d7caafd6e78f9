"""The printed report of a lot: what the ledger says, what the verifier says, how to check without us.

The report is for people. What proves anything is the signed file whose SHA-256 it bears.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from api.inspector.dossier import balance_lines, step_line
from api.inspector.evidence import Evidence
from api.inspector.pdf_parts import QrCode, gap, lines, pdf, table, text
from api.inspector.ranking import ranked
from api.inspector.story import Whole
from api.pages.addresses import lot_path
from api.pages.dates import day, moment
from api.pages.messages_catalogue import Tongue
from api.pages.words import CERTIFICATES, SEVERITIES, STATUSES, worded
from ledger.projections.views import Views
from ledger.verify.trust import Trust

Facts = dict[str, Any]
_MOST_STEPS: Final = 300
_MOST_LOTS: Final = 200
_MOST_FINDINGS: Final = 200


@dataclass(frozen=True, slots=True)
class ReportOf:
    """What a report is made of. `today` is the ISO day in Vietnam, `base` the public address or ""."""

    facts: Facts
    whole: Whole
    evidence: Evidence
    now: dt.datetime
    today: str
    base: str


def report_pdf(of: ReportOf, say: Tongue) -> bytes:
    """The report as an A4 PDF; the same lot at the same moment gives the same bytes."""
    facts, digest = of.facts, of.evidence.digest
    title = say("Biên bản tra cứu lô {lot}", lot=facts["lot"])
    foot = say("Lô {lot} · SHA-256 của hồ sơ lô {digest}…", lot=facts["lot"], digest=digest[:32])
    return pdf(list(_parts(of, title, say)), title, foot)


def _parts(of: ReportOf, title: str, say: Tongue) -> Iterator[Any]:
    facts = of.facts
    yield text(title, "title")
    yield text(f"{facts['name']} · {facts['item']}", bold=True)
    producer = facts["producer"]
    yield text(" · ".join(part for part in (producer["name"], producer["address"]) if part))
    yield from _standing(of, say)
    yield from _findings(of, say)
    yield from _steps(facts, say)
    yield from _chain(of.whole, say)
    yield from _corrections(of.whole, say)
    yield from _papers(of, say)
    yield from _labels(of, say)
    yield from _proof(of, say)
    yield from _signing(say)


def _standing(of: ReportOf, say: Tongue) -> Iterator[Any]:
    facts, report = of.facts, of.evidence.report
    status = worded(STATUSES, Views.status(facts, of.today), say)
    stopped = facts.get("stopped")
    order = str(stopped.get("order") or "–") if stopped else "–"
    rows = [
        (say("Trạng thái"), status),
        (say("Số lệnh"), order),
        ("NSX – HSD", f"{day(facts['packed_on'])} – {day(facts['expiry'])}"),
        (say("Số gói"), str(facts["packs"] or "–")),
        (say("Lập lúc"), moment(of.now.isoformat())),
        (say("Sổ"), f"{report.origin}, {say('mốc niêm phong')} {report.tree_size}"),
    ]
    yield gap()
    yield table((), rows, (0.3, 0.7))


def _findings(of: ReportOf, say: Tongue) -> Iterator[Any]:
    found = ranked(Views.findings(of.facts, of.today), (of.facts["item"], of.facts["lot"]))
    yield text(say("Điểm cần xem lại"), "heading")
    if not found:
        yield text(say("Không có."))
        return
    rows = [
        (
            worded(SEVERITIES, one["severity"], say),
            one["lot"],
            one[say.lang],
            one["entry"][:16] or "–",
        )
        for one in found[:_MOST_FINDINGS]
    ]
    head = (say("Mức"), say("Lô"), say("Nội dung"), say("Mã phiếu"))
    yield table(head, rows, (0.12, 0.16, 0.52, 0.2))
    yield from _cut_off(len(found), _MOST_FINDINGS, say)


def _steps(facts: Facts, say: Tongue) -> Iterator[Any]:
    yield text(say("Các phiếu của lô"), "heading")
    steps = [step_line(one, say) for one in facts["steps"]]
    rows = [
        (
            str(one.index),
            one.what + (f" ({say('đã đính chính')})" if one.corrected else ""),
            moment(one.time),
            one.party if one.place == "–" else f"{one.party}, {one.place}",
            " · ".join(
                part for part in (one.quantity, one.partner, one.result) if part not in ("", "–")
            ),
            one.id[:16],
        )
        for one in steps[:_MOST_STEPS]
    ]
    head = (say("Số"), say("Việc"), say("Lúc"), say("Địa điểm"), say("Số lượng"), say("Mã phiếu"))
    yield table(head, rows, (0.07, 0.17, 0.14, 0.22, 0.2, 0.2))
    yield from _cut_off(len(steps), _MOST_STEPS, say)


def _chain(whole: Whole, say: Tongue) -> Iterator[Any]:
    chain = whole.chain
    yield text(say("Sơ đồ hai chiều"), "heading")
    rows = [
        (level.title, str(level.count), one.code, one.name, one.party, one.standing or "–")
        for level in chain.levels
        for one in level.lots
    ]
    head = (say("Bước"), say("Số lô"), say("Lô"), say("Mặt hàng"), say("Cơ sở"), say("Trạng thái"))
    yield table(head, rows[:_MOST_LOTS], (0.15, 0.08, 0.22, 0.27, 0.13, 0.15))
    every = sum(level.count for level in chain.levels)
    yield from _cut_off(every, min(len(rows), _MOST_LOTS), say)


def _corrections(whole: Whole, say: Tongue) -> Iterator[Any]:
    if not whole.corrections:
        return
    yield text(say("Đính chính: cũ cạnh mới"), "heading")
    rows = [
        (
            one.what,
            change.name,
            change.old,
            change.new,
            f"{one.party}, {moment(one.time)}",
            one.reason,
        )
        for one in whole.corrections
        for change in one.changes
        if change.changed
    ]
    head = (say("Việc"), say("Mục"), say("Cũ"), say("Mới"), say("Ai, lúc nào"), say("Lý do"))
    yield table(head, rows[:_MOST_STEPS], (0.14, 0.14, 0.19, 0.19, 0.2, 0.14))


def _papers(of: ReportOf, say: Tongue) -> Iterator[Any]:
    keys: dict[tuple[str, ...], None] = {}
    papers: dict[tuple[str, ...], None] = {}
    for step in of.facts["steps"]:
        then = of.whole.as_of[step["id"]]
        keys[step["keyid"], step["party"], then.key.detail, then.key.word] = None
        for one in then.papers:
            papers[one.title, one.detail, one.word] = None
    for paper in of.facts["certificates"]:
        word = say("còn hiệu lực vào ngày dùng đến")
        if not paper["covers"]:
            word = say("không có hiệu lực vào ngày dùng đến")
        days = f"{day(paper['valid_from'])} – {day(paper['valid_to'])}"
        whose = paper["subject_name"] or paper["subject"]
        title = f"{worded(CERTIFICATES, paper['kind'], say)} {paper['number']}"
        papers[title, f"{whose} · {paper['issuer']} · {days}", word] = None
    yield text(say("Khóa đã ký, tình trạng lúc ký"), "heading")
    head = (say("Mã khóa"), say("Cơ sở"), say("Nơi giữ"), say("Tình trạng"))
    yield table(head, list(keys), (0.42, 0.13, 0.2, 0.25))
    yield text(say("Chứng nhận và thiết bị vào ngày của từng việc"), "heading")
    if papers:
        head_of = (say("Giấy tờ"), say("Bên cấp, thời hạn"), say("Tình trạng"))
        yield table(head_of, list(papers)[:_MOST_STEPS], (0.3, 0.42, 0.28))
    else:
        yield text(say("Không có."))


def _labels(of: ReportOf, say: Tongue) -> Iterator[Any]:
    rows = balance_lines(of.facts["balance"], say)
    labels = of.whole.labels
    if labels.issued:
        rows += [
            (say("Đã cấp số"), str(labels.issued)),
            (say("Đã in"), str(labels.printed)),
            (say("Đã hủy"), str(labels.voided)),
            (say("Chưa rõ đã in hay chưa"), str(labels.silent)),
            (
                say("Dãy số đã cấp:"),
                ", ".join(f"{tag} {first}–{last}" for tag, first, last in labels.ranges[:60]),
            ),
        ]
    if rows:
        yield text(say("Cân đối khối lượng và tem"), "heading")
        yield table((), rows, (0.4, 0.6))


def _proof(of: ReportOf, say: Tongue) -> Iterator[Any]:
    evidence, facts = of.evidence, of.facts
    told = evidence.report.as_json(say.lang)
    yield text(say("Trình kiểm tra nói gì về hồ sơ lô"), "heading")
    outcomes = {
        "verified": say("ĐẠT"),
        "refused": say("KHÔNG ĐẠT"),
        "undecided": say("CHƯA KẾT LUẬN ĐƯỢC"),
    }
    yield text(outcomes[evidence.report.verdict], bold=True)
    outcome_words = {
        "passed": say("đạt"),
        "failed": say("không đạt"),
        "not-decided": say("chưa kết luận được"),
    }
    rows = [
        (
            str(one["number"]),
            one["title"] + "".join(f" – {bad['sentence']}" for bad in one["failures"][:3]),
            outcome_words.get(one["outcome"], "–"),
        )
        for one in told["checks"]
    ]
    yield table(("", say("Mục"), say("Kết quả")), rows, (0.06, 0.76, 0.18))
    yield text(say("Kiểm tra lại, không cần máy chủ của chúng tôi"), "heading")
    for number, step in enumerate(
        (
            say("Lấy tệp hồ sơ lô (.json) kèm biên bản này. Mã SHA-256 của tệp phải là:"),
            say("Lấy tệp tin cậy bằng đường khác, từ người bạn tin. Khóa của sổ phải là:"),
            say(
                "Mở tệp trinh-kiem-tra.html trong trình duyệt (tắt mạng cũng được) hoặc chạy: ocop-verify "
                "HỒ-SƠ.json --trust TIN-CẬY.json. Kết quả phải như bảng trên."
            ),
            say(
                "Mốc niêm phong dưới đây phải nằm trong sổ công khai: bên chứng kiến nào cũng đối chiếu "
                "được."
            ),
        ),
        start=1,
    ):
        yield text(f"{number}. {step}")
        if number == 1:
            yield text(evidence.digest, "code")
        elif number == 2:
            yield text(Trust.parse(evidence.trust).log_key.format(), "code")
    yield gap(1)
    yield from lines(evidence.checkpoint)
    if of.base:
        place = f"{of.base}/lo/{lot_path(facts['item'], facts['lot'])}"
        log = f"{of.base}/log/checkpoint"
        yield gap()
        for content, words in ((place, say("Hồ sơ lô")), (log, say("Mốc niêm phong mới nhất"))):
            if len(content) <= 300 and content.isascii():
                yield QrCode(content, 30)
                yield text(f"{words}: {content}", "small")


def _signing(say: Tongue) -> Iterator[Any]:
    yield gap(4)
    yield text(
        say(
            "Biên bản này để đọc. Bằng chứng là tệp hồ sơ lô có chữ ký, nhận ra bằng mã SHA-256 ở trên."
        ),
        bold=True,
    )
    yield gap(4)
    people = (say("Cán bộ kiểm tra"), say("Đại diện cơ sở"), say("Người chứng kiến"))
    yield table(people, [("\n", "", "")], (0.34, 0.33, 0.33))


def _cut_off(every: int, shown: int, say: Tongue) -> Iterator[Any]:
    if every > shown:
        yield text(
            say("Chỉ in {shown} trong {count}; hồ sơ lô có đủ.", shown=shown, count=every), "small"
        )
