// SPDX-License-Identifier: Apache-2.0
'use strict';

/** Numbers with units, about as Grafana writes them. */
const units = (() => {
    const scaled = (value, base, steps) => {
        let step = 0;
        while (Math.abs(value) >= base && step < steps.length - 1) {
            value /= base;
            step++;
        }
        return digits(value) + steps[step];
    };

    const digits = value => {
        const size = Math.abs(value);
        const decimals = size === 0 || size >= 100 ? 0 : size >= 10 ? 1 : 2;
        return Number(value.toFixed(decimals)).toString();
    };

    const BYTES = [' B', ' KiB', ' MiB', ' GiB', ' TiB'];
    const COUNTS = ['', ' K', ' Mil', ' Bil'];
    const SMALL = [[1, ' s'], [1e-3, ' ms'], [1e-6, ' µs'], [1e-9, ' ns']];

    const seconds = value => {
        const [scale, unit] = SMALL.find(([scale]) => Math.abs(value) >= scale) || [1, ' s'];
        return digits(value / scale) + unit;
    };

    const FORMATS = {
        bytes: value => scaled(value, 1024, BYTES),
        binBps: value => scaled(value, 1024, BYTES) + '/s',
        percentunit: value => digits(value * 100) + ' %',
        ops: value => scaled(value, 1000, COUNTS) + ' ops/s',
        reqps: value => scaled(value, 1000, COUNTS) + ' req/s',
        s: seconds,
        short: value => scaled(value, 1000, COUNTS),
    };

    return {
        format(unit, value) {
            if (!(unit in FORMATS)) {
                throw new Error('unit=' + unit + ' is not known');
            }
            return Number.isFinite(value) ? FORMATS[unit](value) : String(value);
        },
        /** Where to end an axis, and its steps, so that its labels are round. */
        axis(unit, most) {
            const base = unit === 'bytes' || unit === 'binBps' ? 2 : 10;
            const factors = base === 2 ? [1, 2] : [1, 2, 5, 10];
            let step = Math.pow(base, Math.floor(Math.log(most / 4) / Math.log(base)));
            step *= factors.find(factor => step * factor * 4 >= most) || base;
            return {interval: step, max: Math.ceil(most / step) * step};
        },
    };
})();
