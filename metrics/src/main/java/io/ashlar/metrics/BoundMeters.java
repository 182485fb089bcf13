// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Gauges and counters that are read from one kind of figures, in every registry that they were bound to.
 *
 * @param <S> the figures
 */
final class BoundMeters<S> {

    /** One meter. */
    record Spec<S>(Figure<S> figure, Tags tags) {}

    private final Supplier<S> stats;
    private final Consumer<S> beforeReading;
    private final List<Spec<S>> specs;
    // Synchronization: guarded by this.
    private final Map<MeterRegistry, List<Meter>> bound = new IdentityHashMap<>();

    BoundMeters(Supplier<S> stats, List<Spec<S>> specs) {
        this(stats, now -> {}, specs);
    }

    /** Meters that have somebody look at the figures first, when they are read. */
    BoundMeters(Supplier<S> stats, Consumer<S> beforeReading, List<Spec<S>> specs) {
        this.stats = stats;
        this.beforeReading = beforeReading;
        this.specs = specs;
    }

    synchronized void bindTo(MeterRegistry registry) {
        if (registry.isClosed() || bound.containsKey(registry)) {
            return;
        }
        Set<Meter> foreign = Collections.newSetFromMap(new IdentityHashMap<>());
        foreign.addAll(registry.getMeters());
        List<Meter> own = new ArrayList<>();
        Meter taken = null;
        for (Spec<S> spec : specs) {
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

    private Meter register(Spec<S> spec, MeterRegistry registry) {
        Figure<S> figure = spec.figure();
        return switch (figure.type()) {
            case GAUGE ->
                Gauge.builder(figure.name(), () -> read(figure))
                        .description(figure.description())
                        .baseUnit(figure.baseUnit())
                        .tags(spec.tags())
                        .strongReference(true)
                        .register(registry);
            // A function counter holds its object weakly but its function strongly: the function captures this object.
            case COUNTER ->
                FunctionCounter.builder(figure.name(), this, self -> read(figure))
                        .description(figure.description())
                        .baseUnit(figure.baseUnit())
                        .tags(spec.tags())
                        .register(registry);
            default ->
                throw new IllegalStateException("meter=" + figure.name() + " has type=" + figure.type()
                        + ", which is neither a gauge nor a counter");
        };
    }

    private double read(Figure<S> figure) {
        S now = stats.get();
        beforeReading.accept(now);
        return figure.value().applyAsDouble(now);
    }

    synchronized void close() {
        bound.forEach((registry, meters) -> meters.forEach(registry::remove));
        bound.clear();
    }
}
