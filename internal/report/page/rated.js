"use strict";
// What is drawn of a service at several rates. draw has the page's means of drawing: see page.js.
const rated = draw => {
	const {all, colour, element, number, percent, tick, axis, line, range, nice, words} = draw;
	const sides = ["baseline", "candidate"];

	// At the rates there are, as far as they have room: all of them, or every second, third ...
	const rates = (c, at) => axis({
		size: 30,
		splits: u => {
			const x = at || c.rates, step = Math.max(1, Math.ceil(x.length * 38 / Math.max(u.bbox.width / devicePixelRatio, 1)));
			return x.filter((_, i) => i % step === 0);
		},
		values: (u, xs) => xs.map(x => at ? (Number.isInteger(x) && x >= 0 ? c.names[x] : "") : tick(x)),
	});

	// knees marks where a side falls behind, one word under the other.
	const knees = (u, c) => {
		const {left, top, width, height} = u.bbox, ctx = u.ctx, dpr = devicePixelRatio;
		const marks = c.knees[0] === c.knees[1] ? [[c.knees[0], "limit", "both fall behind"]] :
			[[c.knees[0], "baseline", "baseline falls behind"], [c.knees[1], "candidate", "candidate falls behind"]];
		marks.forEach(([at, name, word], i) => {
			if (at < 0) return;
			const x = Math.round(u.valToPos(c.rates[at], "x", true));
			ctx.save();
			ctx.strokeStyle = ctx.fillStyle = colour(name);
			ctx.lineWidth = 1.5 * dpr;
			ctx.setLineDash([2 * dpr, 3 * dpr]);
			ctx.beginPath();
			ctx.moveTo(x, top - (2 + 14 * (marks.length - 1 - i)) * dpr);
			ctx.lineTo(x, top + height);
			ctx.stroke();
			ctx.restore();
			const right = x > left + width / 2; // above the plot, where no line is
			words(u, word, name, x + (right ? 3 : -3) * dpr, top - (8 + 14 * (marks.length - 1 - i)) * dpr, right ? "right" : "left");
		});
	};

	const kinds = {
		lines(c, which) {
			const l = c.lines[which], curves = l.curves, data = [c.rates], series = [{}], bands = [];
			const values = curves.flatMap(k => [...k.baseline, ...k.candidate, ...k.bands.flat()]).filter(v => v != null);
			if (!values.length) values.push(0, 1);
			const log = Math.min(...values) > 0 && Math.max(...values) > 12 * Math.min(...values);
			const to = v => v == null ? null : log ? Math.log10(v) : v;
			const [min, max] = log || Math.min(...values) < 0 ? range(values.map(to)) : [0, Math.max(...values) * 1.12 || 1];
			curves.forEach((k, i) => sides.forEach((side, s) => {
				const last = i === curves.length - 1;
				const [lo, hi] = [k.bands[2 * s], k.bands[2 * s + 1]];
				if (lo.length) {
					data.push(hi.map(to), lo.map(to));
					series.push(line("", side, {width: 0}), line("", side, {width: 0}));
					bands.push({series: [series.length - 2, series.length - 1], fill: colour(side === "baseline" ? "shadow" : "band")});
				}
				data.push(k[side].map(to));
				series.push(line(side, side,
					last ? {width: 2, points: {show: true, size: 5, fill: colour(side)}} : {width: 1.25, dash: [5, 4]}));
			}));
			const above = c.knees.every(k => k < 0) ? 0 : c.knees[0] === c.knees[1] ? 20 : 34;
			const shown = curves.map(k => k.name).join(" dashed, ") + (curves.length > 1 ? " solid" : "");
			return {
				data, height: 230 + above,
				opts: {
					padding: [above || null, null, null, null],
					scales: {
						x: {time: false, range: [
							c.rates[0] - (c.rates.at(-1) - c.rates[0]) * .03, c.rates.at(-1) + (c.rates.at(-1) - c.rates[0]) * .03,
						]},
						y: {range: [min, max]},
					},
					axes: [rates(c), log ?
						axis({size: 58, splits: () => nice(min, max), values: (u, ys) => ys.map(y => tick(Math.pow(10, y)))}) :
						axis({size: 58, values: (u, ys) => ys.map(tick)})],
					series, bands, hooks: {draw: [u => knees(u, c)]},
				},
				legend: sides.map(s => [s, s]), unit: l.unit + (curves.length > 1 ? "; " + shown : "") + ", over req/s",
				read: i => c.names[i] + " req/s: " + curves.map(k => (curves.length > 1 ? k.name + " " : "") +
					number(k.baseline[i]) + " to " + number(k.candidate[i])).join(", ") + " " + l.unit,
			};
		},
		bars(c, which) {
			const g = c.guide[which], x = g.at.map((_, i) => i), top = Math.max(0, ...g.baseline, ...g.candidate) || 1;
			return {
				data: [x, g.baseline, g.candidate], height: 160,
				opts: {
					scales: {x: {time: false, range: [-.6, x.length - .4]}, y: {range: [0, top * 1.08]}},
					axes: [rates({names: g.at.map(i => c.names[i])}, x), axis({size: 58, values: (u, ys) => ys.map(tick)})],
					series: [{}, {paths: () => null, points: {show: false}}, {paths: () => null, points: {show: false}}],
					hooks: {draw: [u => sides.forEach((side, s) => {
						const unit = u.valToPos(1, "x", true) - u.valToPos(0, "x", true), wide = Math.max(1, unit * .36);
						u.ctx.fillStyle = colour(side);
						g[side].forEach((v, i) => {
							if (v == null) return;
							const y = u.valToPos(v, "y", true);
							u.ctx.fillRect(u.valToPos(i, "x", true) + (s - 1) * wide, y, wide - 1, u.bbox.top + u.bbox.height - y);
						});
					})]},
				},
				legend: sides.map(s => [s, s]), unit: g.unit,
				read: i => c.names[g.at[i]] + " req/s: " + number(g.baseline[i]) + " to " + number(g.candidate[i]) + " " + g.unit,
			};
		},
		change(c, which) {
			const g = c.guide[which], x = g.at.map((_, i) => i), [min, max] = range(g.change, 0, 1, -1);
			return {
				data: [x, g.change], height: 120,
				opts: {
					scales: {x: {time: false, range: [-.6, x.length - .4]}, y: {range: [min, max]}},
					axes: [rates({names: g.at.map(i => c.names[i])}, x),
						axis({size: 58, values: (u, ys) => ys.map(y => (y > 0 ? "+" : "") + tick(y) + " %")})],
					series: [{}, {paths: () => null, points: {show: false}}],
					hooks: {draw: [u => {
						const unit = u.valToPos(1, "x", true) - u.valToPos(0, "x", true), zero = u.valToPos(0, "y", true);
						g.change.forEach((v, i) => {
							if (v == null) return;
							const y = u.valToPos(v, "y", true);
							u.ctx.fillStyle = colour(!g.better ? "baseline" : v * g.better < 0 ? "bad" : "good");
							u.ctx.fillRect(u.valToPos(i, "x", true) - unit * .28, Math.min(y, zero),
								Math.max(1, unit * .56), Math.max(Math.abs(y - zero), devicePixelRatio));
						});
						draw.horizontal(u, 0, "baseline", []);
					}]},
				},
				legend: g.better ? [["change for the worse", "worse"], ["for the better", "better"]] : [["change", "baseline"]],
				unit: "percent of the baseline",
				read: i => c.names[g.at[i]] + " req/s: " + percent(g.change[i]),
			};
		},
		scatter(c, which) {
			const g = c.guide[which], order = g.baseline.map((_, i) => i).sort((i, j) => g.baseline[i] - g.baseline[j]);
			const [min, max] = range(g.baseline.concat(g.candidate));
			const at = {scales: {x: {time: false, range: [min, max]}, y: {range: [min, max]}}};
			return {
				data: [order.map(i => g.baseline[i]), order.map(i => g.candidate[i])], height: 190,
				opts: {
					...at, axes: [axis({size: 30, values: (u, xs) => xs.map(tick), space: 60}), axis({size: 58, values: (u, ys) => ys.map(tick)})],
					series: [{}, {paths: () => null,
						points: {show: true, size: 7, width: 1.5, fill: colour("paper"), stroke: colour("candidate")}}],
					hooks: {drawAxes: [u => {
						const ctx = u.ctx, dpr = devicePixelRatio;
						ctx.save();
						ctx.strokeStyle = colour("baseline");
						ctx.lineWidth = dpr;
						ctx.beginPath();
						ctx.moveTo(u.valToPos(min, "x", true), u.valToPos(min, "y", true));
						ctx.lineTo(u.valToPos(max, "x", true), u.valToPos(max, "y", true));
						ctx.stroke();
						ctx.restore();
					}]},
				},
				legend: [["a rate", "candidate"], ["no change", "baseline"]],
				unit: (g.unit ? g.unit + ", " : "") + "baseline across, candidate up",
				read: i => c.names[g.at[order[i]]] + " req/s: baseline " + number(g.baseline[order[i]]) +
					", candidate " + number(g.candidate[order[i]]) + " " + g.unit,
			};
		},
	};

	// Bars of tiers and adapters are elements, for their numbers are to be read: one rate and one metric at a time.
	const svg = (tag, attributes) => {
		const e = document.createElementNS("http://www.w3.org/2000/svg", tag);
		for (const [name, value] of Object.entries(attributes)) e.setAttribute(name, value);
		return e;
	};
	const choice = (name, options, chosen) => {
		const label = element("label", "", name + " "), select = element("select");
		options.forEach((word, i) => {
			const option = element("option", "", word);
			option.value = i;
			option.selected = i === chosen;
			select.append(option);
		});
		label.append(select);
		return [label, select];
	};
	const whom = figure => {
		const c = all.cases[figure.dataset.of], charts = c.whom;
		const [rateLabel, rate] = choice("At", c.names.map(n => n + " req/s"), c.focus);
		const metrics = [...new Set(charts.map(w => w.title.split(" of ")[0]))];
		const [metricLabel, metric] = choice("show", metrics, 0);
		const bar = element("div", "choices"), out = element("div", "whom-charts");
		bar.append(rateLabel, metricLabel);
		const show = () => {
			const i = Number(rate.value);
			out.replaceChildren(...charts.filter(w => w.title.split(" of ")[0] === metrics[metric.value]).map(w => {
				const table = element("table"), body = element("tbody");
				table.append(element("caption", "", w.title + " at " + c.names[i] + " req/s, " + w.unit), body);
				const most = Math.max(0, ...w.names.flatMap((_, n) => [w.baseline[n][i] || 0, w.candidate[n][i] || 0])) || 1;
				w.names.forEach((name, n) => {
					const b = w.baseline[n][i], k = w.candidate[n][i],
						row = element("tr"), head = element("th", "", name), picture = element("td");
					head.scope = "row";
					const s = svg("svg", {viewBox: "0 0 100 14", preserveAspectRatio: "none", "aria-hidden": "true"});
					[b, k].forEach((v, side) => s.append(
						svg("rect", {class: sides[side], x: 0, y: side * 7, width: 100 * (v || 0) / most, height: 6.5})));
					picture.append(s);
					const change = b > 0 && k != null ? 100 * (k / b - 1) : null;
					row.append(head, picture, element("td", "", b == null ? "-" : number(b)), element("td", "", k == null ? "-" : number(k)),
						element("td", change >= 10 ? "much" : "", change == null ? "-" : (change > 0 ? "+" : "") + change.toFixed(1) + " %"));
					body.append(row);
				});
				return table;
			}));
		};
		rate.addEventListener("change", show);
		metric.addEventListener("change", show);
		figure.append(bar, draw.legend(sides.map(s => [s, s])), out);
		show();
	};
	document.querySelectorAll("figure[data-whom]").forEach(whom);

	// Where not all rates have room, the one that fails is in view.
	document.querySelectorAll(".case").forEach(part => {
		const show = () => {
			const table = part.querySelector(".heat"), fails = table.querySelector(".fails"), view = table.parentElement;
			if (!part.open || !fails) return;
			const over = fails.getBoundingClientRect().right - view.getBoundingClientRect().right;
			if (over > 0) view.scrollLeft += over + 8;
		};
		part.addEventListener("toggle", show);
		show();
	});
	return kinds;
};
