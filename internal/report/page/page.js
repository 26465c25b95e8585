"use strict";
(() => {
	const all = JSON.parse(document.getElementById("charts").textContent);
	const colour = name => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
	const element = (tag, className, text) => {
		const e = document.createElement(tag);
		if (className) e.className = className;
		if (text !== undefined) e.textContent = text;
		return e;
	};

	// Numbers as the tables have them: four digits, and a sign where it is a change.
	const number = v => {
		if (v == null) return "?";
		const a = Math.abs(v);
		if (a >= 1e5 || a > 0 && a < 1e-3) return v.toExponential(2);
		return v.toFixed(a >= 1000 || Number.isInteger(v) ? 0 : Math.max(0, Math.min(3, 3 - Math.floor(Math.log10(a || 1)))));
	};
	const percent = v => v == null ? "?" : (v > 0 ? "+" : "") + v.toFixed(2) + " %";
	const tick = v => String(parseFloat(v.toPrecision(4)));
	const quantile = x => "p" + parseFloat((100 * (1 - Math.pow(10, -x))).toFixed(x < 2 ? 1 : x < 3 ? 2 : 3));

	// The table of rules.

	const table = document.getElementById("verdicts");
	const form = document.querySelector(".filter");
	if (table) {
		const body = table.tBodies[0], rows = [...body.rows], heads = [...table.tHead.rows[0].cells];
		const value = (row, column) => {
			const cell = row.cells[column];
			return "v" in cell.dataset ? Number(cell.dataset.v) : cell.textContent;
		};
		heads.forEach((head, column) => {
			const button = element("button", "", head.textContent);
			button.type = "button";
			head.replaceChildren(button);
			button.addEventListener("click", () => {
				const next = {none: "ascending", ascending: "descending", descending: "none"}[head.getAttribute("aria-sort") || "none"];
				heads.forEach(other => other.removeAttribute("aria-sort"));
				if (next !== "none") head.setAttribute("aria-sort", next);
				const sign = next === "descending" ? -1 : 1;
				const sorted = next === "none" ? rows : rows.slice().sort((a, b) => {
					const x = value(a, column), y = value(b, column);
					return sign * (typeof x === "number" ? x - y : x.localeCompare(y, "en", {numeric: true}));
				});
				body.replaceChildren(...sorted);
			});
		});
		const input = form.querySelector("input"), output = form.querySelector("output"), buttons = [...form.querySelectorAll("button")];
		const filter = () => {
			const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
			const outcomes = buttons.filter(b => b.getAttribute("aria-pressed") === "true").map(b => b.dataset.outcome);
			let shown = 0;
			for (const row of rows) {
				const text = row.textContent.toLowerCase();
				row.hidden = !(words.every(w => text.includes(w)) && (!outcomes.length || outcomes.includes(row.dataset.outcome)));
				if (!row.hidden) shown++;
			}
			output.textContent = shown === rows.length ? "" : shown + " of " + rows.length + " rules";
		};
		input.addEventListener("input", filter);
		form.addEventListener("submit", event => event.preventDefault());
		for (const button of buttons) {
			button.addEventListener("click", () => {
				button.setAttribute("aria-pressed", button.getAttribute("aria-pressed") !== "true");
				filter();
			});
		}
		form.hidden = rows.length < 2;
	}

	// A link to a benchmark opens its part.
	const open = () => {
		const part = /^#[bhr]\d+$/.test(location.hash) && document.getElementById(location.hash.slice(1));
		if (part) {
			part.open = true;
			part.scrollIntoView();
		}
	};
	addEventListener("hashchange", open);

	// The charts. Each kind says what is on its axes, what is drawn, and how a point reads.

	const grid = () => ({stroke: colour("line"), width: 1});
	const axis = more => ({stroke: colour("soft"), font: "12px system-ui, sans-serif", grid: grid(), ticks: {show: false}, ...more});
	const line = (label, name, more) => ({label, stroke: colour(name), width: 1.75, points: {show: false}, ...more});
	const dots = (label, name) => ({label, paths: () => null,
		points: {show: true, size: 6, width: 1.5, fill: colour("paper"), stroke: colour(name)}});
	const levels = [0, -Math.log10(.5), 1, -Math.log10(.05), 2, 3, 4];
	const quantiles = axis({
		size: 30,
		splits: u => levels.filter(x => x <= u.scales.x.max + 1e-9), values: (u, xs) => xs.map(x => x ? quantile(x) : ""),
	});
	const rounds = () => axis({
		size: 30,
		splits: (u, i, min, max) => {
			const step = [1, 2, 5, 10, 20, 50].find(s => (max - min) / s <= 10) || 100, out = [];
			for (let x = step; x <= max; x += step) out.push(x);
			return out;
		}, values: (u, xs) => xs.map(String),
	});
	const percents = () => axis({size: 58, values: (u, ys) => ys.map(y => (y > 0 ? "+" : "") + tick(y) + " %")});
	const range = (values, ...also) => {
		const known = values.concat(also).filter(v => v != null && isFinite(v));
		let min = Math.min(...known), max = Math.max(...known);
		const pad = (max - min || Math.abs(max) || 1) * .08;
		return [min - pad, max + pad];
	};
	// words writes on a plate of paper, so that no line crosses it.
	const words = (u, text, name, x, y, align) => {
		const c = u.ctx, dpr = devicePixelRatio;
		c.save();
		c.font = 11 * dpr + "px system-ui, sans-serif";
		c.textAlign = align;
		c.textBaseline = "middle";
		const wide = c.measureText(text).width + 4 * dpr, left = align === "right" ? x - wide : align === "center" ? x - wide / 2 : x;
		c.fillStyle = colour("paper");
		c.fillRect(left, y - 7 * dpr, wide, 14 * dpr);
		c.fillStyle = colour(name);
		c.fillText(text, align === "right" ? x - 2 * dpr : align === "center" ? x : x + 2 * dpr, y);
		c.restore();
	};
	// horizontal draws a line across at a value, with a word beyond its right end, where there is no axis:
	// the plot is to have room there.
	const beside = 34;
	const horizontal = (u, y, name, dash, word) => {
		const c = u.ctx, at = Math.round(u.valToPos(y, "y", true)), {left, top, width, height} = u.bbox, dpr = devicePixelRatio;
		if (at < top || at > top + height) return;
		c.save();
		c.strokeStyle = colour(name);
		c.lineWidth = dpr;
		c.setLineDash(dash.map(d => d * dpr));
		c.beginPath();
		c.moveTo(left, at);
		c.lineTo(left + width, at);
		c.stroke();
		c.restore();
		if (word) words(u, word, name, left + width + 3 * dpr, at, "left");
	};
	const frame = (plot, height, opts) => ({width: Math.max(plot.clientWidth, 120), height, legend: {show: false}, ...opts,
		cursor: {y: false, drag: {x: false, y: false}, points: {size: 7}, ...opts.cursor}});

	// Latencies span decades: the axis is logarithmic, with round numbers where uPlot would have whole decades only.
	const nice = (min, max) => {
		const lo = Math.pow(10, min), hi = Math.pow(10, max), out = [];
		for (const steps of [
			[1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2, 2.2, 2.4, 2.6, 2.8, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9],
			[1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8], [1, 2, 5], [1, 3], [1],
		]) {
			out.length = 0;
			for (let e = Math.floor(min); e <= max; e++) for (const s of steps) {
				const v = s * Math.pow(10, e);
				if (v >= lo && v <= hi) out.push(Math.log10(v));
			}
			if (out.length <= 7) break;
		}
		return out;
	};

	const kinds = {
		curves(d) {
			const log = v => v > 0 ? Math.log10(v) : null;
			const x = all.levels.slice(0, d.baseline.length), b = d.baseline.map(log), c = d.candidate.map(log);
			const [min, max] = range(b.concat(c));
			return {
				data: [x, b, c], height: 240,
				opts: {
					scales: {x: {time: false}, y: {range: [min, max]}},
					axes: [quantiles, axis({size: 58, splits: () => nice(min, max), values: (u, ys) => ys.map(y => tick(Math.pow(10, y)))})],
					series: [{}, line("baseline", "baseline"), line("candidate", "candidate")],
				},
				legend: [["baseline", "baseline"], ["candidate", "candidate"]], unit: d.unit,
				read: i => quantile(x[i]) + ": baseline " + number(d.baseline[i]) + " " + d.unit +
					", candidate " + number(d.candidate[i]) + " " + d.unit,
			};
		},
		shift(d) {
			const x = all.levels.slice(0, d.shift.length), limits = d.limits || [];
			const [min, max] = range(d.shift.concat(d.lo, d.hi), 0, ...limits.map(l => l[1]));
			return {
				data: [x, d.shift, d.lo, d.hi], height: 240,
				opts: {
					scales: {x: {time: false}, y: {range: [min, max]}}, axes: [quantiles, percents()],
					series: [{}, line("change", "candidate"), line("low", "candidate", {width: 0}), line("high", "candidate", {width: 0})],
					bands: [{series: [3, 2], fill: colour("band")}],
					hooks: {draw: [u => {
						horizontal(u, 0, "baseline", [], "");
						const c = u.ctx, dpr = devicePixelRatio;
						c.save();
						c.strokeStyle = colour("limit");
						c.lineWidth = 2 * dpr;
						for (const [level, limit] of limits) {
							const at = u.valToPos(level, "x", true), y = u.valToPos(limit, "y", true);
							c.beginPath();
							c.moveTo(at - 12 * dpr, y);
							c.lineTo(at + 12 * dpr, y);
							c.stroke();
							words(u, "limit", "limit", at, y - 9 * dpr, "center");
						}
						c.restore();
					}]},
				},
				legend: [["change, with its interval", "candidate"]], unit: "",
				read: i => quantile(x[i]) + ": " + percent(d.shift[i]) + " (" + percent(d.lo[i]) + " to " + percent(d.hi[i]) + ")",
			};
		},
		rounds(d, which) {
			const s = d.series[which], x = s.change.map((_, i) => i + 1), limit = s.limit.length ? s.limit[0] : null, looks = s.looks || [];
			const [min, max] = range(s.change.concat(...looks.map(l => l.slice(1))), 0, limit);
			return {
				data: [x, s.change], height: 220,
				opts: {
					padding: [null, limit == null ? null : beside, null, null],
					scales: {x: {time: false, range: [0, x.length + 1]}, y: {range: [min, max]}}, axes: [rounds(), percents()],
					series: [{}, dots("change", "baseline")],
					hooks: {
						drawAxes: [u => {
							const c = u.ctx, {left, top, width, height} = u.bbox;
							c.save();
							c.beginPath();
							c.rect(left, top, width, height);
							c.clip();
							const at = looks.map(l => [l[0], l[2], l[3]].map((v, i) =>
								v == null ? (i === 1 ? top + height : top) : u.valToPos(v, i ? "y" : "x", true)));
							c.fillStyle = colour("band");
							c.beginPath();
							at.forEach(([px, lo], i) => i ? c.lineTo(px, lo) : c.moveTo(px, lo));
							at.slice().reverse().forEach(([px, , hi]) => c.lineTo(px, hi));
							c.fill();
							c.restore();
						}],
						draw: [u => {
							horizontal(u, 0, "baseline", [], "");
							if (limit != null) horizontal(u, limit, "limit", [4, 3], "limit");
							const c = u.ctx, dpr = devicePixelRatio;
							c.save();
							c.strokeStyle = c.fillStyle = colour("candidate");
							c.lineWidth = 2 * dpr;
							for (const [n, estimate, lo, hi] of looks) {
								const px = u.valToPos(n, "x", true), py = v => u.valToPos(v, "y", true);
								if (lo != null && hi != null) {
									c.beginPath();
									c.moveTo(px, py(lo));
									c.lineTo(px, py(hi));
									for (const end of [lo, hi]) {
										c.moveTo(px - 4 * dpr, py(end));
										c.lineTo(px + 4 * dpr, py(end));
									}
									c.stroke();
								}
								if (estimate == null) continue;
								c.beginPath();
								c.arc(px, py(estimate), 4 * dpr, 0, 7);
								c.fill();
							}
							c.restore();
						}],
					},
				},
				legend: [["one round", "baseline"], ["estimate and interval at each look", "candidate"]], unit: "",
				read: i => {
					const look = looks.filter(l => l[0] <= i + 1).pop();
					return "round " + (i + 1) + ": " + percent(s.change[i]) + (look ? "; estimate after " + look[0] + ": " +
						percent(look[1]) + " (" + percent(look[2]) + " to " + percent(look[3]) + ")" : "");
				},
			};
		},
		runs(d, which) {
			const s = d.series[which], n = Math.max(s.baseline.length, s.candidate.length), x = Array.from({length: n}, (_, i) => i + 1);
			const fill = values => x.map((_, i) => i < values.length ? values[i] : null);
			const [min, max] = range(s.baseline.concat(s.candidate));
			return {
				data: [x, fill(s.baseline), fill(s.candidate)], height: 200,
				opts: {
					scales: {x: {time: false, range: [0, n + 1]}, y: {range: [min, max]}},
					axes: [rounds(), axis({size: 58, values: (u, ys) => ys.map(tick)})],
					series: [{}, dots("baseline", "baseline"), dots("candidate", "candidate")],
				},
				legend: [["baseline", "baseline"], ["candidate", "candidate"]], unit: s.unit,
				read: i => "run " + (i + 1) + ": baseline " + number(s.baseline[i]) + ", candidate " + number(s.candidate[i]) + " " + s.unit,
			};
		},
	};

	const legend = entries => {
		const p = element("p", "legend");
		for (const [word, name] of entries) {
			p.append(element("i", "key " + name), element("span", "", word));
		}
		return p;
	};

	const means = {all, colour, element, number, percent, tick, axis, line, range, nice, words, horizontal, legend};
	Object.assign(kinds, rated(means), historied(means));

	const drawn = new Map(); // from a figure to what redraws or removes its chart

	const mount = (figure, plot, chart, readout) => {
		const u = new uPlot(frame(plot, chart.height, {
			...chart.opts,
			hooks: {...chart.opts.hooks, setCursor: [u => {
				if (u.cursor.idx != null) readout.textContent = chart.read(u.cursor.idx);
			}]},
		}), chart.data, plot);
		plot.addEventListener("keydown", event => {
			const step = {ArrowLeft: -1, ArrowRight: 1}[event.key];
			if (!step) return;
			event.preventDefault();
			const last = chart.data[0].length - 1, from = u.cursor.idx == null ? (step > 0 ? -1 : last + 1) : u.cursor.idx;
			const to = Math.max(0, Math.min(last, from + step));
			u.setCursor({left: u.valToPos(chart.data[0][to], "x"), top: 10});
			readout.textContent = chart.read(to);
		});
		return u;
	};

	const draw = figure => {
		const of = all[figure.dataset.case ? "cases" : figure.dataset.in || "benchmarks"];
		const d = of[figure.dataset.of], plots = [], add = [];
		if (figure.dataset.chart === "noise") {
			for (const [key, word, unit] of [
				["stalls", "stalls", "/s"], ["switches", "switches", "/s"], ["steal", "steal", " %"], ["load", "load", ""],
			]) {
				const values = d.noise[key];
				if (!values.length) continue;
				const row = element("div", "mini"), name = element("span", "", word), plot = element("div", "plot");
				name.append(element("b", "", "at most " + number(Math.max(...values)) + unit));
				row.append(name, plot);
				figure.append(row);
				add.push(row);
				const x = values.map((_, i) => i + 1);
				plots.push([plot, u => new uPlot(frame(plot, 52, {
					scales: {x: {time: false, range: [0, x.length + 1]}, y: {range: [0, Math.max(...values) * 1.1 || 1]}},
					axes: [{show: false}, {show: false}], cursor: {show: false}, padding: [4, 0, 4, 0],
					series: [{}, {stroke: colour("baseline"), fill: colour("baseline"), width: 0, points: {show: false},
						paths: uPlot.paths.bars({size: [.7, 14]})}],
				}), [x, values], plot), 52]);
			}
		} else {
			const chart = kinds[figure.dataset.chart](d, figure.dataset.series);
			const plot = element("div", "plot"), readout = element("p", "readout"), says = legend(chart.legend);
			if (chart.unit) says.append((/^baseline/.test(chart.unit) ? "" : "in ") + chart.unit);
			plot.tabIndex = 0;
			plot.setAttribute("role", "img");
			plot.setAttribute("aria-label", figure.querySelector("figcaption").textContent + " Arrow keys read the points.");
			readout.setAttribute("aria-live", "polite");
			figure.append(says, plot, readout);
			add.push(says, plot, readout);
			plots.push([plot, () => mount(figure, plot, chart, readout), chart.height]);
		}
		const charts = plots.map(([plot, make]) => make());
		const resize = new ResizeObserver(() => charts.forEach((u, i) => {
			const width = plots[i][0].clientWidth;
			if (width > 0 && width !== u.width) u.setSize({width, height: plots[i][2]});
		}));
		plots.forEach(([plot]) => resize.observe(plot));
		drawn.set(figure, () => {
			resize.disconnect();
			charts.forEach(u => u.destroy());
			add.forEach(e => e.remove());
		});
	};

	const near = new IntersectionObserver(entries => {
		for (const entry of entries) {
			if (entry.isIntersecting && !drawn.has(entry.target)) draw(entry.target);
		}
	}, {rootMargin: "400px"});
	document.querySelectorAll("figure[data-chart]").forEach(figure => near.observe(figure));
	const redraw = () => {
		for (const [figure, remove] of [...drawn]) {
			remove();
			draw(figure);
		}
	};
	matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
	// On paper there is no scrolling.
	addEventListener("beforeprint", () =>
		document.querySelectorAll(".part[open] figure[data-chart]").forEach(f => drawn.has(f) || draw(f)));
	open();
})();
