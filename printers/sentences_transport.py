"""Sentences about addresses and transports: code -> (English, Vietnamese)."""

from __future__ import annotations

TRANSPORT: dict[str, tuple[str, str]] = {
    "address.malformed": (
        "The printer address “{found}” is not understood, expected tcp://host:port, file:///path,"
        " serial:///device?baud=…, usb://vendor:product, cups://queue or winspool://name;"
        " correct it.",
        "Địa chỉ máy in “{found}” không hiểu được, cần tcp://máy:cổng, file:///đường-dẫn,"
        " serial:///thiết-bị?baud=…, usb://mã-hãng:mã-máy, cups://hàng-đợi hoặc winspool://tên;"
        " hãy sửa lại.",
    ),
    "address.no-port": (
        "The printer address “{found}” has no port between 1 and 65535, expected one such as"
        " tcp://host:9100; add it.",
        "Địa chỉ máy in “{found}” thiếu số cổng từ 1 đến 65535, cần dạng tcp://máy:9100; hãy thêm"
        " vào.",
    ),
    "address.setting-unknown": (
        "The printer address has the unknown setting “{found}”, expected for {kind}:// only:"
        " {known}; remove it.",
        "Địa chỉ máy in có mục lạ “{found}”, kiểu {kind}:// chỉ nhận: {known}; hãy bỏ mục đó.",
    ),
    "address.serial": (
        "The serial address “{found}” names no port, expected serial:///dev/ttyUSB0?baud=115200 or"
        " serial://COM3?baud=115200; correct it.",
        "Địa chỉ cổng nối tiếp “{found}” chưa đúng tên cổng, cần serial:///dev/ttyUSB0?baud=115200"
        " hoặc serial://COM3?baud=115200; hãy sửa lại.",
    ),
    "address.baud": (
        "The serial speed “{found}” is none of {have}; take the one printed on the printer's"
        " self-test.",
        "Tốc độ cổng nối tiếp “{found}” không nằm trong {have}; hãy lấy số ghi trên tờ tự kiểm tra"
        " của máy in.",
    ),
    "address.flow": (
        "The flow control “{found}” is none of {have}; take the one printed on the printer's"
        " self-test.",
        "Kiểu điều khiển luồng “{found}” không nằm trong {have}; hãy lấy kiểu ghi trên tờ tự kiểm"
        " tra của máy in.",
    ),
    "address.usb": (
        "The USB address “{found}” is not understood, expected four hexadecimal digits twice such"
        " as usb://04b8:0e15; take them from lsusb.",
        "Địa chỉ USB “{found}” không hiểu được, cần hai nhóm bốn chữ số thập lục phân như"
        " usb://04b8:0e15; hãy xem bằng lệnh lsusb.",
    ),
    "address.cups": (
        "The CUPS address “{found}” is not understood, expected cups://queue or"
        " cups://host:port/queue; take the queue's name from lpstat -p.",
        "Địa chỉ CUPS “{found}” không hiểu được, cần cups://hàng-đợi hoặc"
        " cups://máy:cổng/hàng-đợi; hãy xem tên hàng đợi bằng lệnh lpstat -p.",
    ),
    "address.winspool": (
        "The Windows address “{found}” names no printer, expected winspool://name with %20 for a"
        " space; copy the name from Windows settings.",
        "Địa chỉ máy in Windows “{found}” thiếu tên máy in, cần winspool://tên, dấu cách viết là"
        " %20; hãy chép tên từ phần cài đặt của Windows.",
    ),
    "find.not-network": (
        "“{found}” is no address or network, expected one such as 192.168.1.50 or 192.168.1.0/24;"
        " correct it.",
        "“{found}” không phải địa chỉ hay mạng, cần dạng 192.168.1.50 hoặc 192.168.1.0/24; hãy sửa"
        " lại.",
    ),
    "find.too-many": (
        "The network {found} has {count} addresses, expected at most {most}; give a smaller one,"
        " such as /24.",
        "Mạng {found} có {count} địa chỉ, chỉ tìm tối đa {most}; hãy cho mạng nhỏ hơn, ví dụ /24.",
    ),
    "find.nothing": (
        "Nothing answers at {found} on port {port}, expected a network printer; check its address"
        " and power, or give the port as tcp://{found}:PORT.",
        "Không có máy nào trả lời ở {found}, cổng {port}; hãy kiểm tra địa chỉ và nguồn máy in, hoặc"
        " ghi rõ cổng: tcp://{found}:CỔNG.",
    ),
    "address.sheet-folder": (
        "Sheets of labels go into a folder, but {found} is none; expected file:///folder that"
        " exists; make the folder or correct the address.",
        "Tờ tem được ghi vào một thư mục, nhưng {found} không phải thư mục đang có; hãy tạo thư mục"
        " hoặc sửa địa chỉ dạng file:///thư-mục.",
    ),
    "find.port": (
        "The port {found} does not exist, expected 1 to 65535; the usual one is 9100.",
        "Không có cổng {found}, cần từ 1 đến 65535; cổng thường dùng là 9100.",
    ),
    "transport.refused": (
        "The machine at {address} is there, but no printer listens on that port; expected one, usually"
        " on port 9100; check that the printer is on and the port is right.",
        "Máy ở {address} có trả lời nhưng không nhận lệnh in ở cổng đó; hãy kiểm tra máy in đã bật và"
        " cổng có đúng không (thường là 9100).",
    ),
    "transport.connect": (
        "No connection to {address} within {seconds} s ({why}), expected a printer listening there;"
        " check its power, cable and address.",
        "Không nối được tới {address} trong {seconds} giây ({why}); hãy kiểm tra nguồn, dây mạng"
        " và địa chỉ máy in.",
    ),
    "transport.closed": (
        "The printer at {address} closed the connection ({why}), expected it open; check its"
        " power and cable, and say which labels came out before printing on.",
        "Máy in ở {address} đã ngắt kết nối ({why}); hãy kiểm tra nguồn và dây mạng, và cho biết"
        " những tem nào đã ra trước khi in tiếp.",
    ),
    "transport.stalled": (
        "The printer at {address} took no bytes for {seconds} s, expected it to keep reading;"
        " check paper, cover and the last label.",
        "Máy in ở {address} không nhận dữ liệu suốt {seconds} giây; hãy kiểm tra giấy, nắp máy và"
        " tem cuối.",
    ),
    "transport.not-open": (
        "The way to {address} is not open, expected open before sending; start the job again.",
        "Đường tới {address} chưa mở; hãy bắt đầu lại lệnh in.",
    ),
    "transport.file": (
        "Writing to {address} failed ({why}), expected a writable file; check the folder and the"
        " free space.",
        "Không ghi được vào {address} ({why}); hãy kiểm tra thư mục và dung lượng trống.",
    ),
    "transport.device": (
        "The device {address} cannot be opened ({why}), expected a printer plugged in and the right"
        " to write to it; check cable, power and the group lp.",
        "Không mở được thiết bị {address} ({why}); hãy kiểm tra dây cáp, nguồn điện và quyền ghi"
        " (nhóm lp).",
    ),
    "transport.serial": (
        "The serial port {address} cannot be opened ({why}), expected it plugged in and free; check"
        " cable, port name and the group dialout.",
        "Không mở được cổng nối tiếp {address} ({why}); hãy kiểm tra dây cáp, tên cổng, chương"
        " trình khác đang dùng cổng và quyền truy cập (nhóm dialout).",
    ),
    "transport.usb-library": (
        "The library libusb is not on this machine, expected it for {address}; install the package"
        " libusb-1.0-0 (Windows: use winspool:// instead).",
        "Máy này chưa có thư viện libusb, cần cho {address}; hãy cài gói libusb-1.0-0 (trên Windows"
        " hãy dùng winspool://).",
    ),
    "transport.usb-absent": (
        "No USB device {address} is plugged in, expected the printer; check cable and power, and"
        " compare the numbers with lsusb.",
        "Không thấy thiết bị USB {address}; hãy kiểm tra dây cáp, nguồn điện và so lại mã bằng lệnh"
        " lsusb.",
    ),
    "transport.usb-not-printer": (
        "The USB device {address} has no way to take print data, expected a printer; check the"
        " numbers with lsusb.",
        "Thiết bị USB {address} không có đường nhận dữ liệu in, có lẽ không phải máy in; hãy so lại"
        " mã bằng lệnh lsusb.",
    ),
    "transport.usb": (
        "The USB printer {address} cannot be used ({why}), expected it free and open to this user;"
        " close other programs and check its rights.",
        "Không dùng được máy in USB {address} ({why}); hãy đóng chương trình khác đang dùng máy in"
        " và kiểm tra quyền truy cập.",
    ),
    "transport.cups-programs": (
        "The program {why} is not on this machine, expected it for {address}; install the package"
        " cups-client.",
        "Máy này chưa có chương trình {why}, cần cho {address}; hãy cài gói cups-client.",
    ),
    "transport.cups-server": (
        "CUPS does not answer for {address} ({why}), expected a running print service; start it and"
        " look at the last label before going on.",
        "Dịch vụ in CUPS không trả lời cho {address} ({why}); hãy khởi động lại dịch vụ và xem tem"
        " cuối trước khi in tiếp.",
    ),
    "transport.cups-unknown": (
        "CUPS has no queue “{queue}” ({why}), expected one of those in lpstat -p; correct the name"
        " or set the queue up.",
        "CUPS không có hàng đợi “{queue}” ({why}); hãy xem tên đúng bằng lpstat -p hoặc tạo hàng"
        " đợi.",
    ),
    "transport.cups-paused": (
        "The CUPS queue “{queue}” is paused ({why}), expected enabled; mend the reason and run"
        " cupsenable {queue}.",
        "Hàng đợi CUPS “{queue}” đang tạm dừng ({why}); hãy xử lý nguyên nhân rồi chạy cupsenable"
        " {queue}.",
    ),
    "transport.cups-rejecting": (
        "The CUPS queue “{queue}” takes no jobs ({why}), expected accepting; run cupsaccept"
        " {queue}.",
        "Hàng đợi CUPS “{queue}” không nhận lệnh in ({why}); hãy chạy cupsaccept {queue}.",
    ),
    "transport.cups-refused": (
        "CUPS refused the label for {address} ({why}), expected it taken; check the queue and go"
        " on.",
        "CUPS từ chối tem gửi tới {address} ({why}); hãy kiểm tra hàng đợi rồi in tiếp.",
    ),
    "transport.cups-odd": (
        "CUPS answered “{why}” for {address}, expected a request number; check the queue and the"
        " last label.",
        "CUPS trả lời “{why}” cho {address}, không thấy số lệnh in; hãy kiểm tra hàng đợi và tem"
        " cuối.",
    ),
    "transport.cups-stuck": (
        "The label stayed in the CUPS queue “{queue}” for {seconds} s ({why}), expected it to leave;"
        " check printer, paper and the last label.",
        "Tem nằm trong hàng đợi CUPS “{queue}” suốt {seconds} giây ({why}); hãy kiểm tra máy in,"
        " giấy và tem cuối.",
    ),
    "transport.windows-only": (
        "The address {address} works on Windows only, expected pywin32 there; use cups://, usb:// or"
        " tcp:// on this machine.",
        "Địa chỉ {address} chỉ dùng được trên Windows; trên máy này hãy dùng cups://, usb:// hoặc"
        " tcp://.",
    ),
    "transport.windows-unknown": (
        "Windows has no printer for {address}, expected one of {why}; correct the name.",
        "Windows không có máy in cho {address}, hiện có: {why}; hãy sửa tên.",
    ),
    "transport.windows": (
        "Windows does not open the printer {address} ({why}), expected it ready; look at it in"
        " Windows settings.",
        "Windows không mở được máy in {address} ({why}); hãy xem máy in trong phần cài đặt của"
        " Windows.",
    ),
    "transport.windows-stuck": (
        "The label stayed in the Windows queue of {address} for {seconds} s ({why}), expected it to"
        " leave; check printer, paper and the last label.",
        "Tem nằm trong hàng đợi Windows của {address} suốt {seconds} giây ({why}); hãy kiểm tra máy"
        " in, giấy và tem cuối.",
    ),
}
