// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.prometheus;

import io.ashlar.metrics.AllocatorMeters;
import io.ashlar.metrics.MemoryMeters;
import io.ashlar.metrics.ObjectPoolMeters;
import io.ashlar.metrics.PressureMeters;
import io.ashlar.metrics.RequestArenaMeters;
import io.ashlar.metrics.ShardMeters;
import io.ashlar.metrics.SizeClassMeters;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.docs.MeterDocumentation;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What Prometheus calls Ashlar's meters: as a real registry shows them. */
final class MeterNames {

    private MeterNames() {}

    /** The names of all meters that there are. */
    static Set<String> all() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Stream.of(
                        AllocatorMeters.values(),
                        MemoryMeters.values(),
                        PressureMeters.values(),
                        SizeClassMeters.values(),
                        ShardMeters.values(),
                        RequestArenaMeters.values(),
                        ObjectPoolMeters.values())
                .flatMap(Arrays::<MeterDocumentation>stream)
                .forEach(meter -> register(meter, registry));
        return registry.scrape()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.substring(0, line.indexOf(' ')))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static void register(MeterDocumentation meter, PrometheusMeterRegistry registry) {
        if (meter.getType() == Meter.Type.COUNTER) {
            FunctionCounter.builder(meter.getName(), MeterNames.class, any -> 0)
                    .baseUnit(meter.getBaseUnit())
                    .register(registry);
        } else {
            Gauge.builder(meter.getName(), () -> 0)
                    .baseUnit(meter.getBaseUnit())
                    .register(registry);
        }
    }
}
