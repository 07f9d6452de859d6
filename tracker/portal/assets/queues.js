// The queues: how long ago a date is, beside it. Without scripts the dates alone are shown.

const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
const DAY = 24 * 3600 * 1000;

for (const time of document.querySelectorAll(".tk-table time")) {
  const days = Math.floor((Date.now() - Date.parse(time.dateTime)) / DAY);
  if (days < 0) continue;
  const ago = document.createElement("small");
  ago.textContent = days > 60 ? words.format(-Math.round(days / 30), "month") : words.format(-days, "day");
  time.after(ago);
}
