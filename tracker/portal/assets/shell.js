// What every card and list page shares: the theme's header, search, navigation and scripts.
// The build puts the rendered theme in place of the two quoted marks.
(function () {
  var data = "%DATA%";
  var script = document.currentScript;
  var base = new URL("../../", script.src).href;
  function placed(html) {
    return html.replaceAll("%ROOT%", base);
  }

  function box(name) {
    var made = document.createElement("div");
    made.className = name;
    return made;
  }

  Object.keys(data.body).forEach(function (name) {
    document.body.setAttribute(name, data.body[name]);
  });
  if (data.icon) {
    document.querySelector("link[rel=icon]").href = base + data.icon;
  }
  script.insertAdjacentHTML("beforebegin", placed(data.top));
  document.body.classList.add("tk-lean");
  "%THEME%";

  colours();

  document.title += " - " + data.name;
  document.head.insertAdjacentHTML("beforeend", placed(data.links));

  document.addEventListener("DOMContentLoaded", function () {
    // The theme's boxes. Before they are there, the style sheet keeps the content in its place.
    var content = document.getElementById("tk");
    var container = box("md-container");
    var main = box("md-main");
    var inner = box("md-main__inner md-grid");
    container.dataset.mdComponent = "container";
    main.dataset.mdComponent = "main";
    content.before(container);
    container.append(main);
    main.append(inner);
    inner.append(content);
    inner.insertAdjacentHTML("afterbegin", placed(data.nav));
    container.insertAdjacentHTML("beforeend", placed(data.foot));
    if (forwarded(content)) return;
    // For agents: the ticket's file on the Git host. 1,000 tickets lie in one folder.
    var ticket = /\/tickets\/([A-Z][A-Z0-9]+-([0-9]+))\/(?:index\.html)?$/.exec(location.pathname);
    if (data.edit && ticket) {
      var link = document.createElement("a");
      var bucket = String(Math.floor(ticket[2] / 1000)).padStart(3, "0");
      link.href = data.edit[0] + "tickets/" + bucket + "/" + ticket[1] + ".md";
      link.className = "tk-edit";
      link.textContent = data.edit[1];
      document.getElementById("tk").append(link);
    }
    document.body.insertAdjacentHTML(
      "beforeend",
      '<div class="md-dialog" data-md-component="dialog">' +
        '<div class="md-dialog__inner md-typeset"></div></div>'
    );
    var config = document.createElement("script");
    config.id = "__config";
    config.type = "application/json";
    config.textContent = placed(JSON.stringify(data.config));
    document.body.append(config);
    data.scripts.filter(isOurs).forEach(load);
    wakeTheme();
  });

  // The card of a merged ticket sends on whoever comes from outside, with an old link; who comes
  // from another page of the portal, such as the card that it leads to, wants to read it.
  function forwarded(content) {
    var number = /([A-Z][A-Z0-9]+-[0-9]+)\/(?:index\.html)?$/.exec(location.pathname);
    var onward = content.querySelector(".tk-merged a");
    if (onward && number && document.referrer.indexOf(location.origin + "/") !== 0) {
      location.replace(onward.href + "#from=" + number[1]);
      return true;
    }
    var from = /^#from=([A-Z][A-Z0-9]+-[0-9]+)$/.exec(location.hash);
    if (from) {
      var line = document.createElement("p");
      var back = document.createElement("a");
      line.className = "tk-merged";
      back.href = "../" + from[1] + "/";
      back.textContent = from[1];
      line.append(data.came + " ", back);
      content.querySelector(".tk-head").after(line);
    }
    return false;
  }

  function isOurs(address) {
    return address.startsWith("assets/tracker/");
  }

  function load(address) {
    var one = document.createElement("script");
    one.src = new URL(address, base).href;
    one.async = false;
    document.body.append(one);
    return one;
  }

  // The colours that the theme's own script would choose at a first visit, their switch, and the
  // system's change of them while the card is open.
  function colours() {
    var inputs = Array.from(document.querySelectorAll("input[data-md-color-media]"));
    function choose() {
      var stored = __md_get("__palette");
      var chosen = inputs[stored ? stored.index : inputs.findIndex(fits)];
      if (chosen) show(chosen);
    }
    function show(input) {
      function isNot(one) {
        return one !== input;
      }
      var follows = input.dataset.mdColorMedia === "(prefers-color-scheme)";
      var source = (follows && inputs.filter(isNot).find(fits)) || input;
      ["scheme", "primary", "accent"].forEach(function (name) {
        var value = source.getAttribute("data-md-color-" + name);
        if (value) document.body.setAttribute("data-md-color-" + name, value);
      });
      inputs.forEach(function (one) {
        if (one.nextElementSibling) one.nextElementSibling.hidden = one !== input;
      });
    }
    inputs.forEach(function (one) {
      one.addEventListener("change", show.bind(null, one));
    });
    choose();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", choose);
  }

  function fits(input) {
    return matchMedia(input.dataset.mdColorMedia).matches;
  }

  // The theme's script is larger than everything else and does nothing for a reader: it comes, with
  // the search behind it, as soon as somebody does anything. What they did till then is told it.
  function wakeTheme() {
    var signs = ["pointermove", "pointerdown", "touchstart", "keydown", "focusin", "change"];
    var missed = [];
    var late = data.scripts.filter(function (address) {
      return !isOurs(address);
    });
    var woken = !late.length;
    function sign(event) {
      if (event.type === "change" || event.type === "keydown") missed.push(event);
      if (woken) return;
      woken = true;
      var last = late.map(load).pop();
      last.addEventListener("load", function () {
        signs.forEach(function (one) {
          removeEventListener(one, sign, true);
        });
        missed.forEach(function (one) {
          var again = { bubbles: true, cancelable: true, key: one.key };
          var Kind = one.type === "keydown" ? KeyboardEvent : Event;
          if (one.target === document.body || one.type === "change") {
            one.target.dispatchEvent(new Kind(one.type, again));
          }
        });
      });
    }
    if (woken) return;
    signs.forEach(function (one) {
      addEventListener(one, sign, { capture: true, passive: true });
    });
    if (location.search.includes("q=")) sign(new Event("focusin"));
  }
})();
