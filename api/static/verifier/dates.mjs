// Days and moments of signed texts. Date alone would read years below 100 as those of the 1900s.

function utc(year, month, day, seconds) {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime() + seconds * 1000;
}

/** Milliseconds since 1970 of RFC 3339 text with offset and whole seconds. */
export function moment(text) {
  const [year, month, day] = text.slice(0, 10).split("-").map(Number);
  const [hour, minute, second] = text.slice(11, 19).split(":").map(Number);
  const zone = /([+-])(\d\d):(\d\d)$/.exec(text);
  const offset = zone ? (zone[1] === "-" ? -1 : 1) * (zone[2] * 60 + Number(zone[3])) : 0;
  return utc(year, month, day, hour * 3600 + (minute - offset) * 60 + second);
}

/** ISO text of the day `days` later, the calendar's last day (9999-12-31) at most. */
export function daysAfter(day, days) {
  const [year, month, date] = day.split("-").map(Number);
  const last = utc(9999, 12, 31, 0);
  const found = Math.min(utc(year, month, date, days * 86400), last);
  return new Date(found).toISOString().slice(0, 10);
}
