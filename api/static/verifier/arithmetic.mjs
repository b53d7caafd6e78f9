// Curve arithmetic for browsers without Ed25519: vendored, and read only when it is needed.

export const fallbackArithmetic = () => import("../vendor/noble-ed25519.js");
