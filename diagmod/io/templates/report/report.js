// Draws the figures of a report, each from the JSON that stands in it.
document.querySelectorAll(".dm-figure").forEach((figure) => {
  const node = document.createElement("div");
  const content = JSON.parse(figure.firstElementChild.textContent);
  figure.append(node);
  window.diagmod.draw(node, content);
});
