// SPDX-License-Identifier: Apache-2.0
'use strict';

/**
 * Draws the panels of the board where Grafana's grid has them, from what Prometheus answered to their own expressions.
 * Reads window.figures: {from, to, panels: [{panel, answers: [{target, series: [{labels, values}]}]}]}, where values are pairs of seconds and text.
 */
(() => {
    const COLUMN = 1440 / 24;
    const HEIGHT = 24;
    const GAP = 6;
    const COLORS = {green: '#73bf69', yellow: '#fade2a', red: '#f2495c', blue: '#5794f2', orange: '#ff9830', purple: '#b877d9'};
    const PALETTE = ['#73bf69', '#f2cc0c', '#8ab8ff', '#ff780a', '#f2495c', '#5794f2', '#b877d9', '#37872d', '#fade2a', '#447ebc'];
    const FAINT = 'rgba(204, 204, 220, 0.09)';
    const SCALE = '#8e8e9a';
    const {from, to, panels} = window.figures;

    window.problems = [];
    window.drawn = 0;
    window.addEventListener('error', event => window.problems.push(event.message));

    const element = (parent, tag, className, text) => {
        const made = document.createElement(tag);
        made.className = className || '';
        if (text !== undefined) {
            made.textContent = text;
        }
        return parent.appendChild(made);
    };

    const color = name => COLORS[name] || name;

    const chart = (place, option) => {
        const made = echarts.init(place, null, {renderer: 'canvas'});
        made.setOption({animation: false, textStyle: {fontFamily: 'DejaVu Sans'}, ...option});
    };

    /** All series of a panel, with names as the legends want them. */
    const seriesOf = answers => answers.flatMap(({target, series}) => series.map(({labels, values}) => ({
        name: target.legendFormat.replace(/{{(\w+)}}/g, (all, label) => labels[label] || ''),
        labels,
        points: withGaps(values.map(([second, value]) => [second * 1000, Number(value)]).filter(([, value]) => Number.isFinite(value))),
    }))).filter(({points}) => points.length > 0);

    /** A point without a value where there was no answer: the line is broken there. */
    const withGaps = points => points.flatMap((point, i) => i > 0 && point[0] - points[i - 1][0] > 1500 ? [[point[0] - 1000, null], point] : [point]);

    const last = series => series.points[series.points.length - 1][1];

    /** What the board's overrides say of a series. */
    const overridden = (panel, name) => {
        const properties = {};
        for (const {matcher, properties: own} of panel.fieldConfig.overrides) {
            const matches = matcher.id === 'byName' ? matcher.options === name : new RegExp(matcher.options.slice(1, -1)).test(name);
            if (matches) {
                own.forEach(({id, value}) => { properties[id] = value; });
            }
        }
        return properties;
    };

    const threshold = (defaults, value) =>
        color(defaults.thresholds.steps.reduce((found, step) => step.value === null || value >= step.value ? step.color : found, 'green'));

    const timeAxis = panel => ({
        type: 'time', min: from * 1000, max: to * 1000, splitNumber: Math.max(1, Math.floor(panel.gridPos.w / 3)),
        axisLabel: {color: SCALE, fontSize: 10, hideOverlap: true, formatter: '{HH}:{mm}:{ss}', showMinLabel: false, showMaxLabel: false},
        axisLine: {lineStyle: {color: FAINT}}, axisTick: {show: false}, splitLine: {show: true, lineStyle: {color: FAINT}},
    });

    const valueAxis = (panel, series) => {
        const {unit, min, max, decimals, custom} = panel.fieldConfig.defaults;
        const axis = {
            axisLabel: {color: SCALE, fontSize: 10, formatter: value => units.format(unit, value)},
            splitLine: {lineStyle: {color: FAINT}},
        };
        if (custom.scaleDistribution.type === 'log') {
            return {type: 'log', logBase: 4, ...axis};
        }
        if (max !== undefined) {
            return {type: 'value', min, max, interval: decimals === 0 ? 1 : max / 4, ...axis};
        }
        if (min === undefined) {
            return {type: 'value', ...axis};
        }
        const most = highest(panel, series);
        return {type: 'value', min, ...units.axis(unit, most > 0 ? most : 1), ...(decimals === 0 ? {minInterval: 1, interval: undefined} : {}), ...axis};
    };

    const stacks = (panel, name) => {
        const {stacking} = panel.fieldConfig.defaults.custom;
        return (overridden(panel, name)['custom.stacking'] || stacking).mode === 'normal';
    };

    /** The highest point, with the stacked series on each other. */
    const highest = (panel, series) => {
        const sums = new Map();
        let most = 0;
        for (const {name, points} of series) {
            for (const [time, value] of points) {
                const sum = stacks(panel, name) ? (sums.get(time) || 0) + value : value;
                if (stacks(panel, name)) {
                    sums.set(time, sum);
                }
                most = Math.max(most, sum);
            }
        }
        return most * 1.05;
    };

    const line = (panel, {name, points}, its) => {
        const {custom} = panel.fieldConfig.defaults;
        const own = overridden(panel, name);
        const fill = own['custom.fillOpacity'] ?? custom.fillOpacity;
        return {
            type: 'line', name, data: points, showSymbol: false, color: its, stack: stacks(panel, name) ? 'all' : undefined,
            step: custom.lineInterpolation === 'stepAfter' ? 'end' : undefined,
            lineStyle: {width: own['custom.lineWidth'] ?? custom.lineWidth, type: own['custom.lineStyle'] ? own['custom.lineStyle'].dash : 'solid'},
            areaStyle: fill > 0 ? {opacity: fill / 100} : undefined,
        };
    };

    const legend = (box, panel, series, colors) => {
        const list = element(box, 'div', 'legend');
        series.forEach((one, i) => {
            const entry = element(list, 'span');
            element(entry, 'i').style.background = colors[i];
            entry.append(one.name + '  ');
            element(entry, 'b', '', units.format(panel.fieldConfig.defaults.unit, last(one)));
        });
    };

    const draw = {
        timeseries(box, panel, answers) {
            const series = seriesOf(answers);
            const colors = series.map(({name}, i) => {
                const own = overridden(panel, name).color;
                return own ? color(own.fixedColor) : PALETTE[i % PALETTE.length];
            });
            const lines = series.map((one, i) => line(panel, one, colors[i]));
            const {custom, thresholds} = panel.fieldConfig.defaults;
            if (custom.thresholdsStyle.mode === 'line') {
                lines[0].markLine = {silent: true, symbol: 'none', label: {show: false}, data: thresholds.steps.filter(({value}) => value !== null)
                    .map(({value, color: name}) => ({yAxis: value, lineStyle: {color: color(name), type: 'dashed', width: 1}}))};
            }
            const place = element(box, 'div', 'chart');
            legend(box, panel, series, colors); // before the chart, which takes what is left
            chart(place, {grid: {left: 8, right: 12, top: 10, bottom: 2, containLabel: true}, xAxis: timeAxis(panel), yAxis: valueAxis(panel, series), series: lines});
            return series.length;
        },

        stat(box, panel, answers) {
            const [series] = seriesOf(answers);
            const {defaults} = panel.fieldConfig;
            const its = threshold(defaults, last(series));
            const stat = element(box, 'div', 'stat');
            chart(element(stat, 'div', 'chart'), {
                grid: {left: 0, right: 0, top: 0, bottom: 0}, xAxis: {...timeAxis(panel), show: false}, yAxis: {type: 'value', min: 0, show: false},
                series: [{type: 'line', data: series.points, showSymbol: false, color: its, lineStyle: {width: 1}, areaStyle: {opacity: 0.2}}],
            });
            const value = defaults.decimals === 0 ? Math.round(last(series)) : last(series);
            element(stat, 'strong', '', units.format(defaults.unit, value)).style.color = its;
            return 1;
        },

        gauge(box, panel, answers) {
            const [series] = seriesOf(answers);
            const {defaults} = panel.fieldConfig;
            const value = last(series);
            const steps = defaults.thresholds.steps;
            const ring = steps.map((step, i) => [i + 1 < steps.length ? steps[i + 1].value / defaults.max : 1, color(step.color)]);
            const shape = {type: 'gauge', startAngle: 200, endAngle: -20, min: 0, max: defaults.max, center: ['50%', '68%'],
                pointer: {show: false}, axisTick: {show: false}, splitLine: {show: false}, axisLabel: {show: false}};
            chart(element(box, 'div', 'chart'), {series: [
                {...shape, radius: '112%', axisLine: {lineStyle: {width: 3, color: ring}}, detail: {show: false}},
                {...shape, radius: '104%', axisLine: {lineStyle: {width: 14, color: [[1, '#2a2d33']]}},
                    progress: {show: true, width: 14, itemStyle: {color: threshold(defaults, value)}},
                    data: [{value}],
                    detail: {fontSize: 17, color: threshold(defaults, value), offsetCenter: [0, '-4%'], formatter: it => units.format(defaults.unit, it)}},
            ]});
            return 1;
        },

        heatmap(box, panel, answers) {
            const rows = seriesOf(answers).sort((a, b) => Number(a.labels.le.replace('+Inf', 'Infinity')) - Number(b.labels.le.replace('+Inf', 'Infinity')));
            const names = rows.map(({labels}) => labels.le === '+Inf' ? labels.le : units.format('bytes', Number(labels.le) + 1));
            const columns = 60;
            const width = (to - from) * 1000 / columns;
            const at = rows.map(({points}) => {
                const sums = new Array(columns).fill(0);
                const counts = new Array(columns).fill(0);
                for (const [time, value] of points.filter(([, value]) => value !== null)) {
                    const column = Math.min(columns - 1, Math.floor((time - from * 1000) / width));
                    sums[column] += value;
                    counts[column]++;
                }
                return sums.map((sum, i) => counts[i] > 0 ? sum / counts[i] : 0);
            });
            const cells = [];
            at.forEach((row, i) => row.forEach((value, column) => {
                const own = value - (i > 0 ? at[i - 1][column] : 0);
                if (own > 1e-9) {
                    cells.push([column, i, Math.sqrt(own)]);
                }
            }));
            const most = cells.reduce((max, [, , value]) => Math.max(max, value), 0);
            const clock = column => new Date(from * 1000 + column * width).toISOString().slice(11, 19);
            chart(element(box, 'div', 'chart'), {
                grid: {left: 8, right: 12, top: 8, bottom: 6, containLabel: true},
                xAxis: {type: 'category', data: [...Array(columns).keys()].map(clock), axisLabel: {color: SCALE, fontSize: 10, interval: 11}, axisTick: {show: false}, axisLine: {show: false}},
                yAxis: {type: 'category', data: names, axisLabel: {color: SCALE, fontSize: 10, interval: 1}, axisTick: {show: false}, axisLine: {show: false}},
                visualMap: {show: false, min: 0, max: most, inRange: {color: ['#3a1d0a', '#8a3b06', '#e8590c', '#ffa94d', '#fff4e6']}},
                series: [{type: 'heatmap', data: cells, itemStyle: {borderColor: '#181b1f', borderWidth: 1}}],
            });
            return rows.length;
        },

        /** The rows of the instant answers, joined by their one label, with the columns in the order of the targets. */
        table(box, panel, answers) {
            const organize = panel.transformations.find(({id}) => id === 'organize').options;
            const label = Object.keys(organize.indexByName).find(name => !name.startsWith('Value'));
            const rows = new Map();
            answers.forEach(({series}, column) => series.forEach(({labels, values}) => {
                const key = labels[label];
                rows.set(key, rows.get(key) || [Number.isNaN(Number(key)) ? key : Number(key)]);
                rows.get(key)[column + 1] = Number(values[values.length - 1][1]);
            }));
            const names = [label, ...answers.map(({target}) => 'Value #' + target.refId)].map(name => organize.renameByName[name]);
            const by = names.indexOf(panel.options.sortBy[0].displayName);
            const table = element(box, 'table');
            const head = element(table, 'tr');
            names.forEach(name => element(head, 'th', '', name));
            [...rows.values()].sort((a, b) => (b[by] || 0) - (a[by] || 0)).slice(0, 13).forEach(row => {
                const line = element(table, 'tr');
                names.forEach((name, i) => {
                    const own = overridden(panel, name);
                    const text = row[i] === undefined ? '' : typeof row[i] === 'string' ? row[i] : units.format(own.unit || panel.fieldConfig.defaults.unit, row[i]);
                    if (own['custom.cellOptions']) {
                        const bar = element(element(line, 'td', 'bar'), 'div');
                        element(element(bar, 'div'), 'em').style.width = 100 * Math.min(1, row[i] || 0) + '%';
                        bar.append(text);
                    } else {
                        element(line, 'td', '', text);
                    }
                });
            });
            return rows.size;
        },

        text(box, panel) {
            const html = panel.options.content.replace(/[&<>]/g, one => '&#' + one.charCodeAt(0) + ';')
                .replace(/\*\*(.+?)\*\*/g, '<b>$1</b>').replace(/\*(.+?)\*/g, '<i>$1</i>').replace(/`(.+?)`/g, '<code>$1</code>');
            element(box, 'div', 'text').innerHTML = '<p>' + html.split('\n\n').join('</p><p>') + '</p>';
            return 1;
        },
    };

    const board = document.getElementById('board');
    let height = 0;
    for (const {panel, answers} of panels) {
        const {x, y, w, h} = panel.gridPos;
        const isRow = panel.type === 'row';
        const box = element(board, 'section', isRow ? 'row' : 'panel');
        box.style.left = x * COLUMN + GAP / 2 + 'px';
        box.style.top = y * (HEIGHT + GAP) + 'px';
        box.style.width = w * COLUMN - GAP + 'px';
        box.style.height = h * (HEIGHT + GAP) - GAP + 'px';
        height = Math.max(height, (y + h) * (HEIGHT + GAP));
        if (isRow) {
            box.textContent = panel.title;
            continue;
        }
        element(box, 'h2', '', panel.title);
        try {
            if (draw[panel.type](box, panel, answers) > 0) {
                window.drawn++;
            } else {
                window.problems.push(panel.title + ' has nothing to show');
            }
        } catch (problem) {
            window.problems.push(panel.title + ': ' + problem);
        }
    }
    board.style.height = height + 'px';
})();
