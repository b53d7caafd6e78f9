// Amounts as whole numbers of a thousand-millionth: never a float near a kilogram.

const DECIMALS = 9;
const UNIT = 10n ** BigInt(DECIMALS);
const GRAMS = { g: 1n, kg: 1000n, t: 1000000n };

/** A signed decimal text in thousand-millionths. */
export function amount(text) {
  const [whole, fraction = ""] = text.split(".");
  return BigInt(whole + fraction.padEnd(DECIMALS, "0"));
}

/** Mass in thousand-millionths of a kilogram; null when the unit is no mass. */
export function kilograms({ value, unit }) {
  const factor = GRAMS[unit];
  return factor === undefined ? null : (amount(value) * factor) / 1000n;
}

/** Sum of masses, or null as soon as one of them is no mass (or there are none). */
export function totalKilograms(quantities) {
  const masses = quantities.map(kilograms);
  if (!masses.length || masses.includes(null)) return null;
  return masses.reduce((sum, mass) => sum + mass, 0n);
}

/** A whole number of packs or pieces as an amount. */
export const counted = (number) => BigInt(number) * UNIT;

/** As short text without trailing zeros: 12.5, 1000, 0. */
export function plain(value) {
  const fraction = String(value % UNIT).padStart(DECIMALS, "0").replace(/0+$/, "");
  return `${value / UNIT}${fraction ? `.${fraction}` : ""}`;
}
