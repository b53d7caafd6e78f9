"""What a bundle is refused for, beyond what its parts say themselves: one sentence each."""

from __future__ import annotations

from typing import ClassVar

from ledger.verify.wording import Refusal


class BundleRefused(Refusal):
    """The bundle does not hang together."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "origin-differs": (
            "The ledger was opened as {found}, but its checkpoint is of {expected}.",
            "Sổ được mở với tên {found}, nhưng mốc niêm phong lại của {expected}.",
        ),
        "log-key-differs": (
            "The ledger was opened with another log key than the trust file names.",
            "Sổ được mở với khóa niêm phong khác với khóa trong tệp tin cậy.",
        ),
        "genesis-absent": (
            "The bundle does not hold entry 0, the opening of the ledger; ask for a whole bundle.",
            "Hồ sơ không có phiếu 0 mở sổ; hãy xin hồ sơ đầy đủ.",
        ),
        "beyond-tree": (
            "Entry {index} lies outside the sealed tree of {size} entries.",
            "Phiếu {index} nằm ngoài sổ đã niêm phong gồm {size} phiếu.",
        ),
        "signature-extra": (
            "The checkpoint carries {found} signature lines, among them one that this file may not "
            "carry; only the log's own, once, and in v2 those of witnesses were expected.",
            "Mốc niêm phong có {found} dòng chữ ký, trong đó có dòng không được phép; chỉ cần một "
            "chữ ký của sổ và, trong v2, chữ ký của các bên chứng kiến.",
        ),
        "lot-absent": (
            "No entry of the bundle makes lot {lot} of {item}.",
            "Không phiếu nào trong hồ sơ tạo ra lô {lot} của {item}.",
        ),
        "entry-foreign": (
            "Entry {index} ({type}) has nothing to do with this lot; a bundle holds nothing else.",
            "Phiếu {index} ({type}) không liên quan đến lô này; hồ sơ không được chứa phiếu khác.",
        ),
        "anchor-early": (
            "The entry at index {index} claims to have seen {size} entries, more than came before it.",
            "Phiếu ở vị trí {index} khai đã thấy {size} phiếu, nhiều hơn số phiếu trước nó.",
        ),
        "anchor-unproved": (
            "The anchor of size {size} comes without a proof that the log still extends it.",
            "Mốc neo cỡ {size} không kèm bằng chứng rằng sổ vẫn nối tiếp từ mốc đó.",
        ),
        "anchor-split": (
            "Two entries name different roots for size {size}: the log showed two faces.",
            "Hai phiếu nêu hai gốc khác nhau cho cỡ {size}: sổ đã đưa ra hai bộ mặt.",
        ),
        "anchor-unused": (
            "A proof for size {size} is given that no entry asks for.",
            "Có bằng chứng cho cỡ {size} mà không phiếu nào cần đến.",
        ),
        "anchor-backwards": (
            "Within one journal the anchor went back from size {before} to {size}.",
            "Trong cùng nhật ký, mốc neo lùi từ cỡ {before} về {size}.",
        ),
        "disclosure-wrong": (
            "The opened text {found} does not belong to its digest {digest}.",
            "Nội dung mở ra {found} không khớp mã băm {digest}.",
        ),
        "disclosure-foreign": (
            "The opened text has digest {digest}, which no entry of the bundle holds.",
            "Nội dung mở ra có mã băm {digest} không nằm trong phiếu nào của hồ sơ.",
        ),
        "label-foreign": (
            "Label {serial} was not issued for this lot; it was moved here or made up.",
            "Số tem {serial} không được cấp cho lô này; tem bị chuyển từ lô khác hoặc bịa ra.",
        ),
        "quorum-missing": (
            "The trust file asks for {expected} witnesses, but {found} of those it names co-signed this "
            "checkpoint; ask for a bundle under a co-signed one.",
            "Tệp tin cậy cần {expected} bên chứng kiến, nhưng chỉ {found} bên trong số đó đã ký mốc "
            "này; hãy xin hồ sơ theo mốc đã được chứng kiến.",
        ),
        "entries-unproved": (
            "The entries and hashes of the bundle do not lead to the sealed root of {size} entries: "
            "one was changed, moved or made up.",
            "Các phiếu và giá trị băm trong hồ sơ không dẫn tới gốc đã niêm phong của {size} phiếu: "
            "có phiếu bị sửa, bị dời chỗ hoặc bịa ra.",
        ),
        "index-absent": (
            "The bundle does not show that nothing is missing from it: it comes without a statement "
            "of the completeness index; ask for a newer one.",
            "Hồ sơ không chứng minh được là không thiếu phiếu nào: không kèm phiếu mục lục đầy đủ; "
            "hãy xin hồ sơ mới hơn.",
        ),
        "index-unproved": (
            "The index rows do not lead to the root that the log key signed at index {index}; they "
            "were changed or made up.",
            "Các dòng mục lục không dẫn tới gốc mà khóa niêm phong đã ký ở vị trí {index}; chúng đã "
            "bị sửa hoặc bịa ra.",
        ),
        "index-row-missing": (
            "The index row of {row} is missing, so it is not shown that nothing about it was left out.",
            "Thiếu dòng mục lục của {row} nên không chứng minh được là không bỏ sót phiếu nào về nó.",
        ),
        "index-row-extra": (
            "The index row of {row} has nothing to do with this lot; a bundle holds nothing else.",
            "Dòng mục lục của {row} không liên quan đến lô này; hồ sơ không được chứa dòng khác.",
        ),
        "index-false": (
            "The index row of {row} contradicts the sealed entries: the operator of the log committed "
            "a false index; keep this bundle and report it.",
            "Dòng mục lục của {row} trái với các phiếu đã niêm phong: đơn vị vận hành sổ đã cam kết "
            "mục lục sai; hãy giữ hồ sơ này và báo cáo.",
        ),
        "statement-hidden": (
            "The log holds {count} statements about lot {lot}, but the bundle has {found} of them: "
            "something was left out, perhaps a recall. Fetch the bundle elsewhere.",
            "Sổ có {count} phiếu về lô {lot} nhưng hồ sơ chỉ có {found}: đã bị bỏ bớt, có thể là lệnh "
            "thu hồi. Hãy lấy hồ sơ ở nơi khác.",
        ),
        "papers-hidden": (
            "The log holds {count} certificate statements of {subject}, but the bundle has {found} of "
            "them: something was left out, perhaps a withdrawal. Fetch the bundle elsewhere.",
            "Sổ có {count} phiếu giấy chứng nhận của {subject} nhưng hồ sơ chỉ có {found}: đã bị bỏ "
            "bớt, có thể là quyết định thu hồi giấy. Hãy lấy hồ sơ ở nơi khác.",
        ),
        "key-change-hidden": (
            "The log says more of the end of key {keyid} than the bundle does: a statement about it "
            "was left out. Fetch the bundle elsewhere.",
            "Sổ ghi về việc chấm dứt khóa {keyid} nhiều hơn hồ sơ: đã có phiếu bị bỏ bớt. Hãy lấy hồ "
            "sơ ở nơi khác.",
        ),
    }
