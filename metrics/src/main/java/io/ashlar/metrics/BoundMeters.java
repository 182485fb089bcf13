// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Gauges and counters, in every registry that they were bound to. */
final class BoundMeters {

    /**
     * One meter.
     *
     * @param stats finds out the figures that it is read from
     */
    record Spec<S>(Figure<S> figure, Tags tags, Supplier<S> stats) {

        double read() {
            return figure.value().applyAsDouble(stats.get());
        }
    }

    private final List<Spec<?>> specs;
    // Synchronization: guarded by this.
    private final Map<MeterRegistry, List<Meter>> bound = new IdentityHashMap<>();

    BoundMeters(Collection<? extends Spec<?>> specs) {
        this.specs = List.copyOf(specs);
    }

    synchronized void bindTo(MeterRegistry registry) {
        if (registry.isClosed() || bound.containsKey(registry)) {
            return;
        }
        Set<Meter> foreign = Collections.newSetFromMap(new IdentityHashMap<>());
        foreign.addAll(registry.getMeters());
        List<Meter> own = new ArrayList<>();
        Meter taken = null;
        for (Spec<?> spec : specs) {
            Meter registered = register(spec, registry);
            if (foreign.contains(registered)) {
                taken = registered;
            } else {
                own.add(registered);
            }
        }
        bound.put(registry, own);
        if (taken != null) {
            System.getLogger(BoundMeters.class.getName())
                    .log(
                            System.Logger.Level.WARNING,
                            "the registry has a meter {0} with tags {1} already, which stays and shows the other one''s figures: give each"
                                    + " allocator or pool its own name, or extra tags",
                            taken.getId().getName(),
                            taken.getId().getTags());
        }
    }

    private static Meter register(Spec<?> spec, MeterRegistry registry) {
        Figure<?> figure = spec.figure();
        return switch (figure.type()) {
            case GAUGE ->
                Gauge.builder(figure.name(), spec::read)
                        .description(figure.description())
                        .baseUnit(figure.baseUnit())
                        .tags(spec.tags())
                        .strongReference(true)
                        .register(registry);
            // A function counter holds its object weakly but its function strongly: the function captures the object.
            case COUNTER ->
                FunctionCounter.builder(figure.name(), spec, same -> spec.read())
                        .description(figure.description())
                        .baseUnit(figure.baseUnit())
                        .tags(spec.tags())
                        .register(registry);
            default ->
                throw new IllegalStateException("meter=" + figure.name() + " has type=" + figure.type()
                        + ", which is neither a gauge nor a counter");
        };
    }

    synchronized void close() {
        bound.forEach((registry, meters) -> meters.forEach(registry::remove));
        bound.clear();
    }
}
