// The sentences of the check, [Vietnamese, English]. "{name}" is filled in by `say`.

export const WORDS = {
  running: ["Đang kiểm tra trên máy của bạn…", "Checking on your own device…"],
  offline: [
    "Không tải được hồ sơ lô. Hãy kiểm tra mạng rồi bấm lại.",
    "The lot bundle could not be fetched. Check the network and press again.",
  ],
  insecure: [
    "Trình duyệt chỉ kiểm tra được chữ ký khi mở trang bằng https. Hãy mở lại bằng địa chỉ in trên tem.",
    "A browser checks signatures on https pages only. Open the address printed on the label.",
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
  notProven: [
    "Điều này không chứng minh: người ghi đã ghi đúng sự thật ngay từ đầu; chiếc tem này không bị chép từ gói khác; không còn phiếu nào khác về lô mà trang này giấu đi.",
    "This does not prove that the facts were true when they were written, that this label was not copied from another pack, or that no further statement about the lot is kept back.",
  ],
  fingerprint: [
    "Dấu vân tay khóa sổ: {fingerprint}. Hãy so với dấu vân tay do cơ quan quản lý công bố.",
    "Log key fingerprint: {fingerprint}. Compare it with the one that the authority publishes.",
  ],
  engine: ["Kiểm tra bằng {engine} trên máy này.", "Checked with {engine} on this device."],
  at: ["Phiếu số {index}: {what}", "Statement {index}: {what}"],
  "role-root": ["gốc", "root"],
  "role-admin": ["quản trị", "admin"],
  "role-station": ["trạm", "station"],
  "held-station": ["trạm", "the station"],
  "held-browser": ["trình duyệt", "a browser"],
  "held-hardware": ["thiết bị khóa", "a hardware token"],
  "held-hub": ["máy chủ (giữ hộ)", "the hub (on behalf)"],
};

export const FAILURES = {
  "trust-malformed": ["tệp tin cậy sai định dạng.", "the trust file is malformed."],
  "bundle-malformed": [
    "hồ sơ lô sai định dạng hoặc có trường lạ.",
    "the lot bundle is malformed or holds an unknown field.",
  ],
  "log-key-malformed": ["khóa của sổ sai định dạng.", "the log key is malformed."],
  "log-key-differs": [
    "phiếu mở sổ nêu khóa sổ khác với tệp tin cậy.",
    "the opening statement names another log key than the trust file.",
  ],
  "checkpoint-malformed": ["mốc niêm phong sai định dạng.", "the checkpoint is malformed."],
  "checkpoint-unsigned": [
    "mốc niêm phong không có chữ ký của khóa sổ.",
    "the checkpoint is not signed by the log key.",
  ],
  "checkpoint-signature": [
    "chữ ký trên mốc niêm phong không khớp.",
    "the signature on the checkpoint does not fit.",
  ],
  "checkpoint-origin": ["mốc niêm phong là của sổ khác.", "the checkpoint is of another log."],
  "entry-malformed": ["phiếu sai định dạng.", "the entry is malformed."],
  order: ["phiếu không đúng thứ tự.", "the entry is out of order."],
  "not-included": [
    "phiếu không nằm trong mốc niêm phong này.",
    "the entry is not included in this checkpoint.",
  ],
  signature: [
    "chữ ký không khớp với nội dung phiếu.",
    "the signature does not fit the content.",
  ],
  "key-unknown": ["khóa ký chưa được đăng ký.", "the signing key is not enrolled."],
  "key-ended": ["khóa ký đã bị chấm dứt.", "the signing key had ended."],
  "key-twice": ["khóa được đăng ký hai lần.", "the key is enrolled twice."],
  "party-differs": ["phiếu mang tên cơ sở khác với khóa.", "the party is not that of the key."],
  "type-not-allowed": [
    "khóa này không được ghi loại phiếu đó.",
    "this key may not sign that type of statement.",
  ],
  "genesis-wrong": ["phiếu mở sổ không đúng.", "the opening statement is wrong."],
  "roots-differ": [
    "khóa gốc khác với tệp tin cậy.",
    "the root keys are not those of the trust file.",
  ],
  "enrolment-not-allowed": [
    "khóa ký không có quyền đăng ký khóa này.",
    "the signer may not enrol this key.",
  ],
  "end-not-allowed": [
    "khóa ký không có quyền chấm dứt khóa này.",
    "the signer may not end this key.",
  ],
  "proof-wrong": [
    "khóa mới không tự ký phiếu đăng ký của mình.",
    "the new key did not sign its own enrolment.",
  ],
  "disputed-key": [
    "phiếu ký sau khi khóa bị lộ và chưa được xác nhận lại.",
    "signed after the key was compromised and not re-attested.",
  ],
  "journal-fork": [
    "có hai phiếu khác nhau ở cùng một chỗ trong nhật ký trạm.",
    "two different entries stand at one place of a journal.",
  ],
  "journal-prev": [
    "phiếu không nối tiếp phiếu trước trong nhật ký trạm.",
    "the entry does not follow the one before it in its journal.",
  ],
  "input-missing": [
    "thiếu phiếu mà phiếu này dựa vào.",
    "a statement that this one builds on is missing.",
  ],
  anchor: [
    "mốc niêm phong mà trạm đã thấy không nối tới mốc này.",
    "the checkpoint that the station had seen does not lead to this one.",
  ],
  disclosure: [
    "phần chữ kèm theo không khớp với mã băm trong sổ.",
    "a disclosed text does not fit its digest in the ledger.",
  ],
  "other-lot": ["hồ sơ này không phải của lô trên trang.", "this bundle is of another lot."],
};

export function say(table, code, lang, values = {}) {
  const pair = table[code] ?? [code, code];
  const text = pair[lang === "en" ? 1 : 0];
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}
