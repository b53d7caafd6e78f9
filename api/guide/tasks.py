"""What each user does, step by step, as the pages really are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from api.pages.messages_catalogue import N_


@dataclass(frozen=True, slots=True)
class Task:
    """One job: an icon's name, a heading, its steps in order, and the page it begins on or ""."""

    icon: str
    title: str
    steps: tuple[str, ...]
    page: str = ""


OPERATOR: Final = (
    Task(
        "person",
        N_("Vào ca"),
        (
            N_("Mở trang trạm trên máy ở bàn đóng gói."),
            N_("Bấm tên của mình, gõ mã PIN. Hết ca thì bấm «hết ca, khóa trạm»."),
        ),
        "/tram",
    ),
    Task(
        "harvest",
        N_("Thu hoạch, tiếp nhận"),
        (
            N_("Cân hàng, bấm «Thu hoạch» hoặc «Tiếp nhận»."),
            N_(
                "Tiếp nhận: quét tem, hoặc gõ mã lô ghi trên bao. Thu hoạch: máy tự đặt mã lô, hãy ghi mã đó lên bao."
            ),
            N_("Gõ số cân, ví dụ 12,5. Bấm «Ghi sổ»."),
        ),
        "/tram/thu-hoach",
    ),
    Task(
        "process",
        N_("Chế biến, đóng gói"),
        (
            N_("Quét từng lô nguyên liệu, gõ số đã dùng và số làm ra."),
            N_("Nhìn dòng «Cân đối»: ra cộng hao hụt không được nhiều hơn vào."),
            N_("Đóng gói xong, gõ số gói thật đã đếm."),
        ),
        "/tram/dong-goi",
    ),
    Task(
        "printer",
        N_("In tem"),
        (
            N_("Bấm «In tem», quét mã lô, gõ số tem. Không in được nhiều hơn số gói."),
            N_("Xem hình tem trên màn hình: đó đúng là hình sẽ in."),
            N_("Dán hết tem đã in. Tem hỏng: quét nó, bấm «Hủy hoặc in lại tem»; đừng chỉ vứt đi."),
        ),
        "/tram/in-tem",
    ),
    Task(
        "warning",
        N_("Hết giấy, máy in dừng"),
        (
            N_("Đừng bấm in lại. Lắp giấy, đóng nắp: máy tự in tiếp."),
            N_("Nếu màn hình hỏi «Những tem nào đã ra khỏi máy?»: quét tem tốt cuối cùng vừa ra."),
            N_("Rồi in các tem «còn thiếu ngay»; không tem nào bị in hai lần."),
        ),
        "/tram/in-tem",
    ),
    Task(
        "edit",
        N_("Ghi nhầm"),
        (
            N_("Mở phiếu, bấm «Hoàn tác phiếu này» hoặc «Đính chính»."),
            N_("Phiếu cũ không mất: phiếu mới đứng bên cạnh và nói vì sao."),
        ),
        "/tram",
    ),
    Task(
        "cloud",
        N_("Mất mạng"),
        (
            N_("Cứ làm tiếp. Mọi phiếu nằm trên máy này, có mạng sẽ tự gửi."),
            N_("Thanh trên trang trạm cho biết còn bao nhiêu phiếu chưa gửi."),
        ),
        "/tram",
    ),
)

MANAGER: Final = (
    Task(
        "pack",
        N_("Khai báo sản phẩm, nơi sản xuất, chứng nhận, cân"),
        (
            N_("Mở «Quản lý», chọn danh mục, bấm thêm."),
            N_("Xem lại trước khi ký: ghi sổ rồi thì không xóa được, chỉ ghi lại."),
            N_("Chứng nhận hết hạn và cân quá hạn kiểm định được nhắc trước ở trang đầu."),
        ),
        "/quan-ly",
    ),
    Task(
        "table",
        N_("Nhập, xuất CSV và Excel"),
        (
            N_("Chọn tệp; trang xem trước đánh dấu từng ô sai và nói cách sửa."),
            N_("Chỉ sau khi bạn đồng ý thì các dòng đúng mới được ghi sổ."),
            N_("Nhập lại cùng một tệp không ghi hai lần."),
        ),
        "/quan-ly/bang",
    ),
    Task(
        "chart",
        N_("Xem số liệu"),
        (
            N_("Tỷ lệ thu hồi, hao hụt, tem đã in và đã hủy, hàng còn theo lô, theo tháng."),
            N_("Dưới mỗi biểu đồ có bảng cùng số liệu, tải về được."),
        ),
        "/quan-ly/so-lieu",
    ),
    Task(
        "recall",
        N_("Thu hồi trong vài phút"),
        (
            N_(
                "Mở «Diễn tập thu hồi», quét tem: những gói nào, đang ở đâu, phải báo ai, in và đăng gì."
            ),
            N_("Diễn tập không ghi gì vào sổ. Thu hồi thật thì ký một phiếu."),
            N_("Trang của mọi tem thuộc lô báo thu hồi trong vòng một phút."),
        ),
        "/quan-ly/dien-tap",
    ),
)

INSPECTOR: Final = (
    Task(
        "search",
        N_("Tìm bất cứ gì trên tem"),
        (
            N_("Quét mã, hoặc gõ số tem, mã lô, GTIN, mã vùng trồng, số chứng nhận."),
            N_("Gõ không dấu cũng tìm được."),
        ),
        "/kiem-tra",
    ),
    Task(
        "graph",
        N_("Đọc hồ sơ lô"),
        (
            N_("Trên cùng là trạng thái và những điểm cần xem lại, nặng trước nhẹ sau."),
            N_("Sơ đồ đi cả hai chiều: lô này từ đâu ra, đã thành những gì."),
            N_("Phiếu đính chính đứng cạnh phiếu cũ."),
        ),
    ),
    Task(
        "check",
        N_("Kiểm tra không cần máy chủ"),
        (
            N_(
                "Bấm «Gói mang theo»: hồ sơ lô, biên bản, trình kiểm tra. Tệp tin cậy hãy giữ từ trước, nhận bằng đường khác."
            ),
            N_(
                "Mở trinh-kiem-tra.html trên máy của bạn, không cần mạng, thả hồ sơ và tệp tin cậy vào."
            ),
            N_("Kết luận là đạt, không đạt, hoặc chưa kết luận được, kèm lý do."),
        ),
    ),
    Task(
        "recall",
        N_("Ra lệnh tạm giữ, thu hồi"),
        (
            N_("Mở hồ sơ lô, bấm «Ra lệnh», ghi số lệnh và lý do."),
            N_("Xem trước lệnh chạm đến những lô và bên nào rồi mới ký."),
        ),
    ),
)

OFFICER: Final = (
    Task(
        "map",
        N_("Nhìn cả tỉnh"),
        (
            N_(
                "Mở «Toàn tỉnh», chọn tỉnh của bạn: chỉ tiêu, lô đang thu hồi, giấy tờ sắp hết hạn."
            ),
            N_("Mỗi bảng tải về được bằng CSV hoặc Excel."),
        ),
        "/tinh",
    ),
)
