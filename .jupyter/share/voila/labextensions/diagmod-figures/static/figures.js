// Shows plotly's mimetype on a dashboard by the page's own plotly.js (figure.js, loaded by the template).
// plotly's own extension would send a second copy of the library, draw every figure a second time for
// a picture nobody keeps, and not follow the width of the page.
//
// This file is written by hand as the "container" that JupyterLab expects of an extension built by its
// tools: init() gets the modules the page shares, get() gives the plugin.
(function () {
  let shared = null;

  async function sharedModule(name) {
    const versions = Object.values(shared[name]);
    return (await versions[0].get())();
  }

  async function mimeExtension() {
    const { Widget } = await sharedModule("@lumino/widgets");
    const mime = "application/vnd.plotly.v1+json";

    class Figure extends Widget {
      renderModel(model) {
        if (this.remove) this.remove();
        this.remove = window.diagmod.draw(this.node, model.data[mime]);
        return Promise.resolve();
      }
      dispose() {
        if (this.remove) this.remove();
        this.remove = null;
        super.dispose();
      }
    }

    const rendererFactory = { safe: true, mimeTypes: [mime], createRenderer: () => new Figure() };
    return { id: "diagmod-figures:factory", rendererFactory, rank: 0, dataType: "json" };
  }

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB["diagmod-figures"] = {
    init: (scope) => { shared = scope; },
    get: async () => { const module = await mimeExtension(); return () => module; },
  };
})();
