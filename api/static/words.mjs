// The sentences of the check, [Vietnamese, English]. "{name}" is filled in by `say`.

export const WORDS = {
  running: ["Đang kiểm tra trên máy của bạn…", "Checking on your own device…"],
  offline: [
    "Không tải được hồ sơ lô. Hãy kiểm tra mạng rồi bấm lại.",
    "The lot bundle could not be fetched. Check the network and press again.",
  ],
  closed: [
    "Cơ sở không công bố toàn bộ phiếu của lô này nên không kiểm tra được ở đây. Cán bộ kiểm tra vẫn kiểm tra được.",
    "The producer does not publish every statement of this lot, so it cannot be checked here. Inspectors can.",
  ],
  unable: [
    "Trình duyệt này không có phép kiểm tra Ed25519 dùng được, nên chưa kết luận được gì. Hãy thử trình duyệt khác.",
    "This browser has no usable Ed25519, so nothing is decided. Try another browser.",
  ],
  verified: [
    "Đạt: mọi chữ ký và niêm phong của lô này đều khớp.",
    "Verified: every signature and seal of this lot holds.",
  ],
  refused: [
    "Không đạt: có {count} điểm không khớp. Đừng dựa vào trang này; hãy báo cơ sở sản xuất hoặc cơ quan quản lý.",
    "Refused: {count} checks failed. Do not rely on this page; tell the producer or the authority.",
  ],
  unwitnessed: [
    "Chưa kết luận được: chữ ký và niêm phong đều khớp, nhưng mốc niêm phong này chưa đủ bên chứng kiến ký. Hãy thử lại sau ít phút; nếu vẫn vậy, hãy hỏi cơ quan quản lý.",
    "Not decided: signatures and seal hold, but too few witnesses have co-signed this seal yet. Try again in a few minutes; if it stays so, ask the authority.",
  ],
  signedBy: [
    "Ký bởi {party} – khóa {role}, giữ tại {held}: {count} phiếu (mã khóa {keyid}…).",
    "Signed by {party} – {role} key held at {held}: {count} statements (key id {keyid}…).",
  ],
  sealed: [
    "{entries} phiếu đã được niêm phong trong sổ {log} ở mốc {size} phiếu.",
    "{entries} statements are sealed in the log {log} at size {size}.",
  ],
  unchanged: [
    "Từ khi niêm phong, không phiếu nào bị sửa, xóa hay chèn vào. Phiếu mới nhất của lô: {newest}.",
    "Since it was sealed no statement was changed, removed or slipped in. Newest statement of the lot: {newest}.",
  ],
  complete: [
    "Đầy đủ tính đến mốc {size} phiếu: không thiếu lệnh thu hồi, phiếu hay giấy tờ nào của lô đã ghi trước đó.",
    "Complete as of mark {size}: no recall, statement or paper of this lot recorded before it is missing.",
  ],
  later: [
    "Số phiếu niêm phong sau mốc đó mà hồ sơ này chưa bao gồm: {count}.",
    "Statements sealed after that mark and not covered by this bundle: {count}.",
  ],
  witnessed: ["Mốc niêm phong được chứng kiến bởi: {names}.", "The seal is co-signed by: {names}."],
  notProven: [
    "Điều này không chứng minh: người ghi đã ghi đúng sự thật ngay từ đầu; chiếc tem này không bị chép từ gói khác; không có phiếu nào mới hơn.",
    "This does not prove that the facts were true when they were written, that this label was not copied from another pack, or that nothing newer exists.",
  ],
  notProvenNorComplete: [
    "Điều này không chứng minh: người ghi đã ghi đúng sự thật ngay từ đầu; chiếc tem này không bị chép từ gói khác; không còn phiếu nào khác về lô mà trang này giấu đi.",
    "This does not prove that the facts were true when they were written, that this label was not copied from another pack, or that no further statement about the lot is kept back.",
  ],
  "other-lot": ["Hồ sơ này không phải của lô trên trang.", "This bundle is of another lot."],
  "status-held": ["Lô này ĐANG TẠM GIỮ.", "This lot is HELD."],
  "status-recalled": ["Lô này ĐANG THU HỒI.", "This lot is RECALLED."],
  "status-expired": ["Lô này đã QUÁ HẠN DÙNG.", "This lot is OUT OF DATE."],
  fingerprint: [
    "Dấu vân tay khóa sổ: {fingerprint}. Hãy so với dấu vân tay do cơ quan quản lý công bố.",
    "Log key fingerprint: {fingerprint}. Compare it with the one that the authority publishes.",
  ],
  engine: ["Kiểm tra bằng {engine} trên máy này.", "Checked with {engine} on this device."],
  at: ["Phiếu số {index}: {what}", "Statement {index}: {what}"],
  "role-root": ["gốc", "root"],
  "role-admin": ["quản trị", "admin"],
  "role-station": ["trạm", "station"],
  "role-log": ["niêm phong", "log"],
  "held-station": ["trạm", "the station"],
  "held-browser": ["trình duyệt", "a browser"],
  "held-hardware": ["thiết bị khóa", "a hardware token"],
  "held-hub": ["máy chủ (giữ hộ)", "the hub (on behalf)"],
};

export function say(table, code, lang, values = {}) {
  const pair = table[code] ?? [code, code];
  const text = pair[lang === "en" ? 1 : 0];
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}
