// What a dashboard page does in the browser beside its widgets: language and colours, links that carry the view,
// tables that sort, files to keep, refresh by the clock. It speaks with the kernel through two widgets that nobody
// sees: an attribute that the kernel writes, and a text field that the kernel checks (views/pages/frame.py).
(function () {
  const root = document.documentElement, asked = new URLSearchParams(location.search);
  const CARRIED = ["lang", "motor", "from", "to"];

  const kept = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
  const keep = (name, value) => { try { localStorage.setItem(name, value); } catch { /* a private window */ } };

  root.lang = asked.get("lang") === "ru" ? "ru" : "en";

  // Colours: as the system is set, unless the viewer chose.
  function colour() {
    const chosen = kept("dm-theme") || "auto";
    if (chosen === "auto") delete root.dataset.theme; else root.dataset.theme = chosen;
  }
  colour();

  // To the kernel.
  function tell(message) {
    const field = document.querySelector(".dm-bus input");
    if (!field) return;
    field.value = JSON.stringify(Object.assign({ at: Date.now() }, message));
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  window.diagmod.tell = tell;

  // From the kernel: the address of this view, and files to keep.
  function address(query) {
    history.replaceState(null, "", query ? `?${query}` : location.pathname);
    const chosen = new URLSearchParams(query), carried = new URLSearchParams();
    CARRIED.forEach((name) => chosen.get(name) && carried.set(name, chosen.get(name)));
    document.querySelectorAll(".dm-topbar nav a, .dm-product").forEach((link) => {
      link.search = carried.toString();
    });
  }

  function save(name, blob) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  const unpacked = (packed) => Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));

  function download(node) {
    save(node.dataset.dmDownload, new Blob([unpacked(node.dataset.dmContent)], { type: node.dataset.dmMime }));
    node.remove();
  }

  // Tables by DataTables, fetched when the first one is there.
  let tables = null;
  async function enliven(table) {
    table.classList.add("dm-lively");
    tables = tables || import(`${document.body.dataset.dmAssets}/dt_bundle.js`);
    const { ITable } = await tables;
    if (!table.isConnected) return;
    const ru = root.lang === "ru", rows = table.tBodies[0].rows.length;
    new ITable(table, {
      order: [], pageLength: 10, lengthMenu: [10, 25, 100, 500], autoWidth: false,
      layout: rows > 10
        ? { topStart: "pageLength", topEnd: "search", bottomStart: "info", bottomEnd: "paging" }
        : { topStart: null, topEnd: "search", bottomStart: null, bottomEnd: null },
      language: ru ? {
        search: "Поиск:", lengthMenu: "_MENU_ строк", info: "_START_–_END_ из _TOTAL_", infoEmpty: "нет строк",
        infoFiltered: "(всего _MAX_)", zeroRecords: "Ничего не найдено",
      } : { info: "_START_ to _END_ of _TOTAL_", lengthMenu: "_MENU_ rows" },
    });
  }

  function look(node) {
    if (node.nodeType !== 1) return;
    const all = (selector) => [...(node.matches(selector) ? [node] : []), ...node.querySelectorAll(selector)];
    all("[data-dm-query]").forEach((found) => address(found.dataset.dmQuery));
    all("[data-dm-download]").forEach(download);
    all("table.dm-grid:not(.dm-lively)").forEach((table) => enliven(table).catch(() => {}));
    // The widget is there: what stood in its place goes.
    if (node.closest(".jp-OutputArea-output, .jupyter-widgets") || node.querySelector(".jupyter-widgets")) {
      document.querySelectorAll(".dm-early").forEach((early) => {
        if (early.parentElement.querySelector(".widget-html-content")) early.remove();
      });
    }
  }
  new MutationObserver((changes) => changes.forEach((change) => {
    change.addedNodes.forEach(look);
    if (change.type === "attributes") look(change.target);
  })).observe(root, { childList: true, subtree: true, attributeFilter: ["data-dm-query", "data-dm-download"] });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-dm-set]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    tell({ set: JSON.parse(link.dataset.dmSet) });
    const place = document.querySelector(link.dataset.dmScroll || "nothing");
    if (place) place.scrollIntoView({ behavior: "smooth" });
  });

  // Names of months and days on the axes, which are the browser's part of a figure.
  function speakRussian() {
    const months = "Январь Февраль Март Апрель Май Июнь Июль Август Сентябрь Октябрь Ноябрь Декабрь".split(" ");
    const days = "Воскресенье Понедельник Вторник Среда Четверг Пятница Суббота".split(" ");
    const format = {
      months, shortMonths: "янв фев мар апр май июн июл авг сен окт ноя дек".split(" "),
      days, shortDays: "вс пн вт ср чт пт сб".split(" "), date: "%d.%m.%Y",
    };
    window.Plotly.register({ moduleType: "locale", name: "ru", dictionary: {}, format });
    window.Plotly.setPlotConfig({ locale: "ru" });
  }
  if (root.lang === "ru") {
    document.addEventListener("load", (event) => event.target.id === "plotly-js" && speakRussian(), true);
  }

  // A picture is for a report: on white, whatever the colours of the page.
  async function pictures() {
    const figures = [...document.querySelectorAll(".js-plotly-plot")].filter((node) => node.offsetWidth);
    for (const [k, node] of figures.entries()) {
      const { data, layout } = node;
      const light = Object.assign({}, layout, { paper_bgcolor: "#ffffff", plot_bgcolor: "#ffffff" });
      const url = await window.Plotly.toImage({ data, layout: light }, { format: "png", width: 1200, height: 600, scale: 2 });
      save(`diagmod-${k + 1}.png`, new Blob([unpacked(url.split(",")[1])], { type: "image/png" }));
    }
  }

  let timer = 0;
  document.addEventListener("DOMContentLoaded", () => {
    const on = (id, kind, action) => document.getElementById(id)?.addEventListener(kind, action);
    const theme = document.getElementById("dm-theme"), language = document.getElementById("dm-language");
    if (root.lang === "ru") document.querySelectorAll("option[data-ru]").forEach((one) => (one.text = one.dataset.ru));
    if (theme) theme.value = kept("dm-theme") || "auto";
    if (language) language.value = root.lang;
    on("dm-theme", "change", () => { keep("dm-theme", theme.value); colour(); });
    on("dm-language", "change", () => {
      const query = new URLSearchParams(location.search);
      if (language.value === "en") query.delete("lang"); else query.set("lang", language.value);
      location.search = query.toString();
    });
    on("dm-print", "click", () => window.print());
    on("dm-png", "click", pictures);
    on("dm-link", "click", () => navigator.clipboard?.writeText(location.href));
    on("dm-timer", "change", (event) => {
      clearInterval(timer);
      const seconds = Number(event.target.value);
      if (seconds) timer = setInterval(() => document.hidden || tell({ refresh: true }), 1000 * seconds);
    });
  });
})();
