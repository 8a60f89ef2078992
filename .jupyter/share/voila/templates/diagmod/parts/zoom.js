// A zoom into a figure that says which controls it sets (layout.meta.zoom) is told to the kernel, which answers with
// the samples of that range; they go into the figure that is there, so that nothing jumps or flickers.
(function () {
  const PAUSE_MS = 200;
  let timer = 0;

  function ends(node, change) {
    for (const [key, value] of Object.entries(change)) {
      const axis = key.match(/^(xaxis\d*)\.(range|autorange)/);
      if (!axis) continue;
      if (axis[2] === "autorange") return value ? [0, 0] : null;
      const range = node._fullLayout[axis[1]]?.range;
      return range ? [Number(range[0]), Number(range[1])] : null;
    }
    return null;
  }

  // 0 and 0 is the whole; digits enough for a thousandth of what is seen.
  function words([low, high], whole) {
    if (whole && low <= 0 && high >= whole) return ["0", "0"];
    const digits = Math.min(9, Math.max(0, 3 - Math.floor(Math.log10(Math.max(high - low, 1e-9)))));
    return [Math.max(0, low), Math.max(0, high)].map((value) => String(Number(value.toFixed(digits))));
  }

  function listen(node) {
    const meta = node.layout?.meta;
    if (!meta?.zoom || !node.on || node.dmZooms) return;
    node.dmZooms = true;
    node.on("plotly_relayout", (change) => {
      const found = ends(node, change);
      if (!found) return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        const [low, high] = words(found, meta.whole);
        window.diagmod.tell({ set: { [meta.zoom[0]]: low, [meta.zoom[1]]: high } });
      }, PAUSE_MS);
    });
  }

  const bytes = (packed) => Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0)).buffer;

  function sharpen(text) {
    const node = [...document.querySelectorAll(".js-plotly-plot")].find((one) => one.layout?.meta?.zoom?.[0] === "begin");
    if (!node || !text) return;
    const { range, traces } = JSON.parse(text);
    const drawn = node.data.map((trace) => trace.name);
    if (traces.length !== drawn.length) return;
    const x = traces.map((one) => new Float64Array(bytes(one.x))), y = traces.map((one) => new Float32Array(bytes(one.y)));
    window.Plotly.update(node, { x, y }, { "xaxis.range": range, "xaxis.autorange": false });
  }

  new MutationObserver((changes) => changes.forEach((change) => {
    if (change.type === "attributes") return listen(change.target);
    change.addedNodes.forEach((added) => {
      if (added.nodeType !== 1) return;
      const found = added.matches("[data-dm-detail]") ? added : added.querySelector("[data-dm-detail]");
      if (found) sharpen(found.dataset.dmDetail);
    });
  })).observe(document.documentElement, { childList: true, subtree: true, attributeFilter: ["class"] });
})();
