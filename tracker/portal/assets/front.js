// The front page: a large field that opens the search. Without scripts it is not there.

const find = document.querySelector(".tk-find");
const open = document.querySelector("header [for=__search]");

if (find && open) {
  find.hidden = false;
  find.addEventListener("click", () => open.click());
}
