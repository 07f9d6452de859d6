// Lists: a filter over the rows of this page. Without scripts the page stays a plain table.
(function () {
  "use strict";
  var box = document.querySelector(".tk-filter");
  if (!box) return;
  var input = box.querySelector("input");
  var status = box.querySelector("[role=status]");
  var rows = Array.from(document.querySelectorAll(".tk-table tbody tr"));
  var texts = rows.map(function (row) {
    return row.textContent.toLowerCase();
  });
  input.addEventListener("input", function () {
    var words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    var shown = 0;
    rows.forEach(function (row, at) {
      var fits = words.every(function (word) {
        return texts[at].includes(word);
      });
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    status.textContent = words.length ? shown + " / " + rows.length : "";
  });
  box.hidden = false;
})();
