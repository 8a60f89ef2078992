// Draws plotly figures in dashboards and reports: as wide as there is room, once they are visible,
// and without the buttons that lead to a service outside.
window.diagmod = (function () {
  const config = { displaylogo: false, showSendToCloud: false, plotlyServerURL: "" };
  const drawn = new Set();

  function whenPlotlyIsHere(action) {
    if (window.Plotly) return action();
    document.getElementById("plotly-js").addEventListener("load", action, { once: true });
  }

  // Draws into a node and follows its width; gives the function that takes the figure away again.
  function draw(node, figure) {
    const layout = Object.assign({ autosize: true }, figure.layout);
    let width = 0, gone = false;
    node.style.height = `${layout.height || 420}px`;
    function show() {
      if (gone || !node.offsetWidth || node.offsetWidth === width) return;
      width = node.offsetWidth;
      if (drawn.has(node)) return void window.Plotly.Plots.resize(node);
      drawn.add(node);
      window.Plotly.newPlot(node, figure.data || [], layout, Object.assign({}, figure.config, config)).then(
        () => figure.frames && window.Plotly.addFrames(node, figure.frames));
    }
    const observer = new ResizeObserver(() => whenPlotlyIsHere(show));
    observer.observe(node);
    return function remove() {
      gone = true;
      observer.disconnect();
      if (drawn.delete(node)) window.Plotly.purge(node);
    };
  }

  // Paper is narrower than a screen: 690 px is what A4 has between its margins.
  window.addEventListener("beforeprint", () => drawn.forEach((node) => {
    node.dataset.width = node.offsetWidth;
    window.Plotly.relayout(node, { width: Math.min(690, node.offsetWidth), autosize: false });
  }));
  window.addEventListener("afterprint", () => drawn.forEach((node) =>
    window.Plotly.relayout(node, { width: Number(node.dataset.width), autosize: true })));
  return { draw };
})();
