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
    data.scripts.forEach(function (address) {
      var one = document.createElement("script");
      one.src = new URL(address, base).href;
      one.async = false;
      document.body.append(one);
    });
  });
})();
