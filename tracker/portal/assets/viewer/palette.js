// Light or dark, as the reader chose on the desk's other pages, before anything is drawn.
(function () {
  "use strict";
  var root = new URL("../../../", document.currentScript.src).pathname;
  var KEY = root + ".__palette";
  var dark = matchMedia("(prefers-color-scheme: dark)");
  var MEDIA = [
    "(prefers-color-scheme)",
    "(prefers-color-scheme: light)",
    "(prefers-color-scheme: dark)",
  ];

  function chosen() {
    try {
      return (JSON.parse(localStorage.getItem(KEY)) || {}).color || {};
    } catch (error) {
      return {};
    }
  }

  function paint() {
    var color = chosen();
    var follows = !color.scheme || color.media === MEDIA[0];
    var scheme = follows ? (dark.matches ? "slate" : "default") : color.scheme;
    document.body.setAttribute("data-md-color-scheme", scheme);
  }

  paint();
  dark.addEventListener("change", paint);
  addEventListener("storage", paint);
  addEventListener("DOMContentLoaded", function () {
    var button = document.querySelector(".tk-colours");
    button.hidden = false;
    button.addEventListener("click", function () {
      var isDark = document.body.getAttribute("data-md-color-scheme") === "slate";
      var color = {
        media: MEDIA[isDark ? 1 : 2],
        scheme: isDark ? "default" : "slate",
        primary: document.body.getAttribute("data-md-color-primary"),
        accent: document.body.getAttribute("data-md-color-accent"),
      };
      try {
        localStorage.setItem(KEY, JSON.stringify({ index: isDark ? 1 : 2, color: color }));
      } catch (error) {
        // Nothing may be kept here: the choice lasts until the page is left.
      }
      document.body.setAttribute("data-md-color-scheme", color.scheme);
    });
  });
})();
