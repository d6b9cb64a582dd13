"use strict";
(() => {
  const root = document.documentElement;
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const narrow = window.matchMedia("(max-width: 600px)");
  const touch = window.matchMedia("(hover: none), (pointer: coarse)").matches;
  const PRINTED_PX = 690; // an A4 page between usual margins
  const BUTTONS = [["toImage"], ["zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d"]];
  const drawn = [];

  function colour(name) {
    return getComputedStyle(root).getPropertyValue(name).trim();
  }

  // The page's own colours, as changes to a layout.
  function theme() {
    const ink = colour("--ink"), grid = colour("--grid"), line = colour("--line");
    const look = { "font.color": ink };
    look["hoverlabel.bgcolor"] = colour("--panel");
    look["hoverlabel.bordercolor"] = line;
    look["hoverlabel.font.color"] = ink;
    for (const name of ["xaxis", "yaxis"]) {
      look[name + ".gridcolor"] = grid;
      look[name + ".linecolor"] = line;
      look[name + ".zerolinecolor"] = line;
    }
    return look;
  }

  // On a phone there is room for the powers of ten only, unless the marks are few.
  function ticks(layout) {
    const texts = layout.xaxis?.ticktext;
    if (!texts || texts.length < 9) return {};
    const shown = texts.map((text) => (/^(0[.]0*)?10*$/.test(text) || !narrow.matches ? text : ""));
    return { "xaxis.ticktext": shown };
  }

  function full(layout) {
    const base = {
      autosize: true,
      showlegend: false,
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      margin: { l: 10, r: 14, t: 14, b: 10 },
      font: { family: getComputedStyle(document.body).fontFamily, size: 12 },
      hoverlabel: { align: "left", namelength: -1, font: { size: 12 } },
      hovermode: "closest",
      modebar: { bgcolor: "rgba(0,0,0,0)", color: colour("--soft"), activecolor: colour("--ink") },
      dragmode: touch ? false : "zoom", // a finger on a chart scrolls the page
    };
    const made = { ...base, ...structuredClone(layout) };
    made.margin = { ...base.margin, ...layout.margin };
    for (const [path, value] of Object.entries({ ...theme(), ...ticks(layout) })) {
      let place = made;
      const names = path.split(".");
      const last = names.pop();
      for (const name of names) place = place[name] ??= {};
      place[last] = value;
    }
    return made;
  }

  // Labels that would cover one another or leave the chart are hidden; zooming in brings them back.
  function declutter(plot) {
    const edge = plot.getBoundingClientRect();
    const left = plot.querySelector(".nsewdrag")?.getBoundingClientRect().left ?? edge.left;
    const texts = [...plot.querySelectorAll(".textpoint text")].reverse();
    const boxes = texts.map((text) => text.getBoundingClientRect());
    const kept = [];
    const shown = boxes.map((box) => {
      const inside = box.width > 0 && box.left >= left && box.right <= edge.right
        && box.top >= edge.top && box.bottom <= edge.bottom;
      const free = inside && !kept.some((other) => box.left < other.right + 2
        && box.right > other.left - 2 && box.top < other.bottom + 2 && box.bottom > other.top - 2);
      if (free) kept.push(box);
      return free;
    });
    texts.forEach((text, place) => {
      text.style.visibility = shown[place] ? "" : "hidden";
    });
  }

  async function draw(plot) {
    const figure = figures[plot.dataset.figure];
    const settings = { responsive: true, displaylogo: false, modeBarButtons: BUTTONS };
    settings.displayModeBar = touch ? false : "hover";
    try {
      await Plotly.newPlot(plot, figure.data, full(figure.layout), settings);
    } catch (error) {
      plot.textContent = "This figure could not be drawn: " + error.message;
      plot.style.height = "auto";
      return;
    }
    plot.on("plotly_afterplot", () => declutter(plot));
    declutter(plot);
    drawn.push(plot);
  }

  function recolour() {
    for (const plot of drawn) Plotly.relayout(plot, theme());
  }

  function toggle(button) {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    const plot = document.getElementById(button.dataset.plot);
    const group = Number(button.dataset.group);
    const traces = plot.data ? [...plot.data.keys()] : [];
    const mine = traces.filter((place) => plot.data[place].meta === group);
    if (mine.length) Plotly.restyle(plot, { visible: on }, mine);
  }

  for (const button of document.querySelectorAll(".legend button")) {
    button.addEventListener("click", () => toggle(button));
  }
  dark.addEventListener("change", recolour);
  narrow.addEventListener("change", () => {
    for (const plot of drawn) Plotly.relayout(plot, ticks(figures[plot.dataset.figure].layout));
  });
  window.addEventListener("beforeprint", () => {
    root.classList.add("printing");
    for (const plot of drawn) Plotly.relayout(plot, { ...theme(), width: PRINTED_PX });
  });
  window.addEventListener("afterprint", () => {
    root.classList.remove("printing");
    for (const plot of drawn) Plotly.relayout(plot, { ...theme(), width: null, autosize: true });
  });

  // One after the other, so that the page can be read and scrolled meanwhile.
  (async () => {
    for (const plot of document.querySelectorAll(".plot")) {
      await draw(plot);
      await new Promise((next) => setTimeout(next));
    }
    root.dataset.drawn = String(drawn.length);
  })();
})();
