// What every card and list page shares: the theme's header, search, navigation and scripts.
// The build puts the rendered theme in place of the two quoted marks.
(function () {
  var data = "%DATA%";
  var script = document.currentScript;
  var base = new URL("../../", script.src).href;
  function placed(html) {
    return html.replaceAll("%ROOT%", base);
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

  document.addEventListener("DOMContentLoaded", function () {
    ["container", "main"].forEach(function (name) {
      document.querySelector(".md-" + name).dataset.mdComponent = name;
    });
    var inner = document.querySelector(".md-main__inner");
    inner.insertAdjacentHTML("afterbegin", placed(data.nav));
    inner.closest(".md-container").insertAdjacentHTML("beforeend", placed(data.foot));
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
