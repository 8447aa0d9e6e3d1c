// Draws each chart from the table beside it, in the page's colours, and folds the table away.
"use strict";

(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const NARROW = 420;
  const charts = [...document.querySelectorAll(".chart")];

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  /** Return the rows of one body of a table: label, numbers and whether the figures may still grow. */
  function rowsOf(body) {
    return [...(body ? body.rows : [])].filter((row) => row.cells.length > 1).map((row) => ({
      label: row.cells[0].firstChild.textContent.trim(),
      numbers: [...row.cells].map((cell) => Number(cell.dataset.number)),
      open: "open" in row.dataset,
    }));
  }

  function line(name, column, rows, place, style) {
    const tint = colour(`--series-${place + 1}`);
    const hollow = { color: colour("--panel"), borderColor: tint, borderWidth: 2 };
    const data = rows.map((row) => ({
      value: row.numbers[column],
      symbol: row.open ? "circle" : "none",
      itemStyle: row.open ? hollow : {},
    }));
    return { name, type: "line", data, symbolSize: 9, color: tint, lineStyle: style };
  }

  /** Return what the pointer tells of a day: each figure, and what it was in the days before. */
  function told(points, before) {
    const said = points.map((one) => {
      const earlier = one.seriesIndex % 2 === 1 && before;
      return earlier ? `    ${before.dataset.before}  ${one.value}` : `${one.seriesName}  ${one.value}`;
    });
    return [points[0].axisValue, ...said].join("\n");
  }

  // Of each figure a line and the dashed one of the days before: they have one name, and come and go together.
  function lines(names, columns, table) {
    const [now, before] = table.tBodies;
    const rows = rowsOf(now);
    const series = columns.flatMap((column, place) => [
      line(names[column], column, rows, place, { width: 2 }),
      line(names[column], column, rowsOf(before), place, { type: "dashed", width: 1, opacity: 0.7 }),
    ]);
    const shown = Object.fromEntries(columns.map((column, place) => [names[column], place < 2]));
    const labels = rows.map((row) => row.label.slice(5));
    return {
      series: before ? series : series.map((one, place) => (place % 2 ? { ...one, data: [] } : one)),
      legend: { selected: shown, icon: "roundRect", itemWidth: 14, itemHeight: 8 },
      tooltip: { formatter: (points) => told(points, before) },
      xAxis: { type: "category", data: labels, boundaryGap: labels.length < 2 },
      yAxis: { type: "value", minInterval: 1 },
    };
  }

  function bars(names, columns, table) {
    const rows = rowsOf(table.tBodies[0]).slice(0, 10).reverse();
    const series = columns.map((column, place) => ({
      name: names[column],
      type: "bar",
      data: rows.map((row) => row.numbers[column]),
      color: colour(`--series-${columns.length > 1 ? place + 1 : 2}`),
      barMaxWidth: 18,
    }));
    const wide = { width: 110, overflow: "truncate" };
    return {
      series,
      legend: { itemWidth: 14, itemHeight: 8 },
      xAxis: { type: "value", minInterval: 1 },
      yAxis: { type: "category", data: rows.map((row) => row.label), axisLabel: wide },
    };
  }

  function axis(own) {
    const lineStyle = { color: colour("--line") };
    const label = { color: colour("--faint"), hideOverlap: true, ...own.axisLabel };
    return { ...own, axisLabel: label, axisLine: { lineStyle }, splitLine: { lineStyle }, axisTick: { show: false } };
  }

  function option(chart) {
    const table = document.getElementById(chart.dataset.table);
    const names = [...table.querySelectorAll("col")].map((one) => one.dataset.name);
    const columns = chart.dataset.columns.split(" ").map(Number);
    const made = (chart.dataset.kind === "bar" ? bars : lines)(names, columns, table);
    const words = { color: colour("--text") };
    const title = chart.dataset.title || "";
    // A narrow chart has its legend in two lines.
    const top = (title ? 64 : 36) + (title && chart.clientWidth < NARROW ? 20 : 0);
    return {
      ...made,
      animation: false,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      title: { text: title, left: 0, top: 0, textStyle: { ...words, fontSize: 14 } },
      legend: { ...made.legend, top: title && 26, left: 0, textStyle: words, inactiveColor: colour("--faint") },
      grid: { left: 8, right: 16, top, bottom: 8, containLabel: true },
      tooltip: {
        ...made.tooltip,
        trigger: "axis",
        renderMode: "richText",
        confine: true,
        backgroundColor: colour("--panel"),
        borderColor: colour("--line"),
        textStyle: words,
        axisPointer: { type: chart.dataset.kind === "bar" ? "shadow" : "line" },
      },
      xAxis: axis(made.xAxis),
      yAxis: axis(made.yAxis),
    };
  }

  function draw(chart) {
    const drawn = echarts.getInstanceByDom(chart) || echarts.init(chart, null, { renderer: "canvas" });
    drawn.setOption(option(chart), true);
    return drawn;
  }

  for (const chart of charts) {
    chart.hidden = false;
    const drawn = draw(chart);
    new ResizeObserver(() => drawn.resize()).observe(chart);
  }
  for (const table of document.querySelectorAll("details.data")) {
    table.open = false;
  }
  dark.addEventListener("change", () => charts.forEach(draw));

  // Dates of one's own are what is asked for once one of them is changed.
  for (const name of ["begin", "end"]) {
    document.getElementById(name).addEventListener("change", () => {
      document.getElementById("days").value = "custom";
    });
  }
})();
