// The queues: how long ago a date is, beside it, and what is overdue by the clock. Without scripts the
// dates alone are shown.

const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
const tabs = document.querySelector(".tk-tabs");
const DAY = 24 * 3600 * 1000;
const NOW = Date.now();

function beside(time, text) {
  const small = document.createElement("small");
  small.textContent = text;
  time.after(small);
}

for (const time of document.querySelectorAll(".tk-table time:not(.tk-due)")) {
  const days = Math.floor((NOW - Date.parse(time.dateTime)) / DAY);
  if (days < 0) continue;
  beside(time, days > 60 ? words.format(-Math.round(days / 30), "month") : words.format(-days, "day"));
}

for (const time of document.querySelectorAll(".tk-due")) {
  if (Date.parse(time.dateTime) >= NOW) continue;
  time.closest("tr").classList.add("tk-late");
  beside(time, tabs.dataset.late);
}

// The queue has what is due, the earliest first: what is not overdue yet leaves it.
const heading = document.getElementById("overdue");
if (heading) {
  const section = heading.parentElement;
  const tab = tabs.querySelector("a[href='#overdue']");
  const rows = [...section.querySelectorAll("tbody tr")];
  const late = rows.filter((row) => row.classList.contains("tk-late"));
  const more = section.querySelector(".tk-pager");
  rows.filter((row) => !late.includes(row)).forEach((row) => row.remove());
  tab.querySelector("span").textContent = late.length + (more && late.length === rows.length ? "+" : "");
  if (more && late.length < rows.length) more.remove();
  if (!late.length) {
    section.querySelector(".tk-scroll")?.remove();
    section.querySelector(".tk-none").hidden = false;
  }
  section.hidden = tab.hidden = false;
}
