"use strict";
// What is drawn of a metric along commits. draw has the page's means of drawing: see page.js.
const historied = draw => {
	const {colour, percent, axis, line, range, horizontal, words} = draw;

	// At the commits there are, as far as they have room.
	const commits = d => axis({
		size: 30,
		splits: u => {
			const step = Math.max(1, Math.ceil(d.at.length * 96 / Math.max(u.bbox.width / devicePixelRatio, 1)));
			return d.at.filter((_, i) => i % step === 0);
		},
		values: (u, xs) => xs.map(x => (d.names[d.at.indexOf(x)] || "").slice(0, 7)),
	});
	const percents = () => axis({size: 58, values: (u, ys) => ys.map(y => (y > 0 ? "+" : "") + parseFloat(y.toPrecision(4)) + " %")});
	const scales = (d, min, max) => ({x: {time: false, range: [d.at[0] - .6, d.at.at(-1) + .6]}, y: {range: [min, max]}});

	// trends marks where one begins, above the plot.
	const trends = (u, d) => {
		const {left, top, width, height} = u.bbox, ctx = u.ctx, dpr = devicePixelRatio;
		for (const i of d.trends) {
			const x = Math.round(u.valToPos(d.at[i] - .5, "x", true));
			ctx.save();
			ctx.strokeStyle = colour("limit");
			ctx.lineWidth = 1.5 * dpr;
			ctx.setLineDash([2 * dpr, 3 * dpr]);
			ctx.beginPath();
			ctx.moveTo(x, top - 2 * dpr);
			ctx.lineTo(x, top + height);
			ctx.stroke();
			ctx.restore();
			const right = x > left + width / 2;
			words(u, "trend", "limit", x + (right ? 3 : -3) * dpr, top - 8 * dpr, right ? "right" : "left");
		}
	};
	const above = d => [d.trends.length ? 20 : null, null, null, null];
	const worse = (d, v) => !d.better ? "candidate" : v * d.better < 0 ? "bad" : "good";

	return {
		since(d) {
			// A chain begins at its baseline, where nothing has changed: a point between two commits, and before it a gap.
			const x = [], since = [], under = [], over = [], of = [];
			d.at.forEach((at, i) => {
				if (d.starts.includes(i)) {
					if (i) x.push(at - .75), since.push(null), under.push(null), over.push(null), of.push(-1);
					x.push(at - .5), since.push(0), under.push(0), over.push(0), of.push(-1);
				}
				x.push(at), since.push(d.since[i]), under.push(d.under[i]), over.push(d.over[i]), of.push(i);
			});
			const [min, max] = range(since.concat(under, over), 0);
			return {
				data: [x, over, under, since], height: 230,
				opts: {
					padding: above(d), scales: scales(d, min, max), axes: [commits(d), percents()],
					series: [{}, line("", "candidate", {width: 0}), line("", "candidate", {width: 0}),
						line("change", "candidate", {points: {show: true, size: 4, fill: colour("candidate")}})],
					bands: [{series: [1, 2], fill: colour("band")}],
					hooks: {draw: [u => { horizontal(u, 0, "baseline", [], ""); trends(u, d); }]},
				},
				legend: [["change since the beginning, with its interval", "candidate"]], unit: "",
				read: i => of[i] < 0 ? "the chain begins" : d.names[of[i]] + ": " + percent(since[i]) + " (" + percent(under[i]) + " to " +
					percent(over[i]) + ")",
			};
		},
		commits(d) {
			const [min, max] = range(d.change.concat(d.lo, d.hi), 0);
			return {
				data: [d.at, d.change], height: 230,
				opts: {
					padding: above(d), scales: scales(d, min, max), axes: [commits(d), percents()],
					series: [{}, {paths: () => null, points: {show: false}}],
					hooks: {draw: [u => {
						horizontal(u, 0, "baseline", [], "");
						const c = u.ctx, dpr = devicePixelRatio;
						c.save();
						c.lineWidth = 1.5 * dpr;
						d.change.forEach((v, i) => {
							if (v == null) return;
							const step = d.steps.includes(i), x = u.valToPos(d.at[i], "x", true), y = of => u.valToPos(of, "y", true);
							c.strokeStyle = c.fillStyle = colour(step ? worse(d, v) : "baseline");
							if (d.lo[i] != null && d.hi[i] != null) {
								c.beginPath();
								c.moveTo(x, y(d.lo[i]));
								c.lineTo(x, y(d.hi[i]));
								c.stroke();
							}
							c.beginPath();
							c.arc(x, y(v), (step ? 4 : 2.5) * dpr, 0, 7);
							c.fill();
						});
						c.restore();
						trends(u, d);
					}]},
				},
				legend: [["a commit's change, with its interval", "baseline"],
					...(d.better ? [["a step for the worse", "worse"], ["for the better", "better"]] : [["a step", "candidate"]])], unit: "",
				read: i => d.names[i] + ": " + percent(d.change[i]) + " (" + percent(d.lo[i]) + " to " + percent(d.hi[i]) + ")" +
					(d.steps.includes(i) ? ", a step" : "") + (d.trends.includes(i) ? ", a trend begins" : ""),
			};
		},
	};
};
