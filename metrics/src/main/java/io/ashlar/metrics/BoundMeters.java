// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.docs.MeterDocumentation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Gauges and counters that are read from one kind of figures, in every registry that they were bound to.
 *
 * @param <S> the figures
 */
final class BoundMeters<S> {

    /** One meter. */
    record Spec<S>(
            String name,
            Meter.Type type,
            @Nullable String baseUnit,
            String description,
            Tags tags,
            ToDoubleFunction<S> value) {

        static <S> Spec<S> of(MeterDocumentation meter, String description, Tags tags, ToDoubleFunction<S> value) {
            return new Spec<>(meter.getName(), meter.getType(), meter.getBaseUnit(), description, tags, value);
        }
    }

    private final Supplier<S> stats;
    private final List<Spec<S>> specs;
    // Synchronization: guarded by this.
    private final Map<MeterRegistry, List<Meter>> bound = new IdentityHashMap<>();

    BoundMeters(Supplier<S> stats, List<Spec<S>> specs) {
        this.stats = stats;
        this.specs = specs;
    }

    synchronized void bindTo(MeterRegistry registry) {
        if (bound.containsKey(registry)) {
            return;
        }
        Set<Meter> foreign = Collections.newSetFromMap(new IdentityHashMap<>());
        foreign.addAll(registry.getMeters());
        List<Meter> own = new ArrayList<>();
        for (Spec<S> spec : specs) {
            Meter registered = register(spec, registry);
            if (!foreign.contains(registered)) {
                own.add(registered);
            }
        }
        bound.put(registry, own);
    }

    private Meter register(Spec<S> spec, MeterRegistry registry) {
        return switch (spec.type()) {
            case GAUGE ->
                Gauge.builder(spec.name(), () -> spec.value().applyAsDouble(stats.get()))
                        .description(spec.description())
                        .baseUnit(spec.baseUnit())
                        .tags(spec.tags())
                        .strongReference(true)
                        .register(registry);
            // A function counter holds its object weakly but its function strongly: the function captures this object.
            case COUNTER ->
                FunctionCounter.builder(spec.name(), this, self -> spec.value().applyAsDouble(stats.get()))
                        .description(spec.description())
                        .baseUnit(spec.baseUnit())
                        .tags(spec.tags())
                        .register(registry);
            default ->
                throw new IllegalStateException("meter=" + spec.name() + " has type=" + spec.type()
                        + ", which is neither a gauge nor a counter");
        };
    }

    synchronized void close() {
        bound.forEach((registry, meters) -> meters.forEach(registry::remove));
        bound.clear();
    }
}
