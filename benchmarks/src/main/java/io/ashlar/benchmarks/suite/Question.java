// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.suite;

import io.ashlar.benchmarks.Column;
import io.ashlar.benchmarks.Peer;
import io.ashlar.benchmarks.Watched;
import io.ashlar.benchmarks.message.MessagePeer;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One benchmark class, or a part of one, and what its answer has to be. Filled in by {@link Questions}. */
final class Question {

    /**
     * A figure from elsewhere, to compare with in place of the peers.
     *
     * @param nanos nanoseconds per operation; 0 if there is none
     * @param target what the ratio has to be; 0 if nothing is expected
     */
    record Reference(double nanos, double target) {}

    private final String id;
    private final String title;
    private final Class<?> type;
    private final Map<String, List<String>> parameters = new LinkedHashMap<>();
    private final Map<String, List<String>> fastParameters = new LinkedHashMap<>();
    private final Map<String, Reference> references = new LinkedHashMap<>();
    private final double target;
    private double floor;
    private String contestants = "allocator";
    private List<? extends Column> columns = List.of(Peer.values());
    private Set<? extends Column> rivals = Set.of(Peer.ADAPTIVE, Peer.POOLED);
    private String methods = "(?!baseline).*";
    private String fastMethods = methods;
    private int[] threads = {1};
    private boolean fullOnly;
    private boolean plotted;
    private boolean unsteady;
    private boolean inTurns;
    private int minimumJdk = 17;

    private Question(String id, String title, Class<?> type, double target) {
        this.id = id;
        this.title = title;
        this.type = type;
        this.target = target;
        this.floor = target;
    }

    /**
     * A question.
     *
     * @param id a short name without spaces: it selects the question, and names its file of results
     * @param title what its rows of the table begin with
     * @param type the benchmark class
     * @param target what the ratio has to be, or 0 if nothing is expected of it
     */
    static Question of(String id, String title, Class<?> type, double target) {
        return new Question(id, title, type, target);
    }

    /** Takes some methods of the class, by a regular expression. */
    Question only(String newMethods) {
        methods = newMethods;
        fastMethods = newMethods;
        return this;
    }

    /** Takes fewer methods in the fast mode. */
    Question fastOnly(String newMethods) {
        fastMethods = newMethods;
        return this;
    }

    /** Replaces the values that the class declares for a parameter of JMH. */
    Question with(String parameter, String... values) {
        parameters.put(parameter, List.of(values));
        return this;
    }

    /** Replaces them in the fast mode. */
    Question fast(String parameter, String... values) {
        fastParameters.put(parameter, List.of(values));
        return this;
    }

    /** How many threads run it at once; with several numbers, it is run with each of them. */
    Question threads(int... newThreads) {
        threads = newThreads;
        return this;
    }

    /**
     * Measures message objects and their peers, in place of allocators of buffers.
     *
     * @param newRivals the best of these is what the ratio is to
     * @param others what else is shown, where the JDK has it
     */
    Question messages(Set<MessagePeer> newRivals, MessagePeer... others) {
        contestants = "contestant";
        columns = List.of(MessagePeer.values());
        rivals = newRivals;
        Set<MessagePeer> all = EnumSet.of(MessagePeer.ASHLAR, others);
        all.addAll(newRivals);
        all.removeIf(peer -> !peer.isAvailable());
        return with(contestants, all.stream().map(MessagePeer::name).toArray(String[]::new));
    }

    /** Measures an allocator that is watched, and not, in turns: each iteration is the next one's. */
    Question watched() {
        inTurns = true;
        columns = List.of(Watched.values());
        rivals = Set.of(Watched.NOBODY);
        return this;
    }

    /** Leaves it out of the fast mode. */
    Question fullOnly() {
        fullOnly = true;
        return this;
    }

    /** Also plots how the cost grows from row to row; not in the fast mode. */
    Question plotted() {
        plotted = true;
        return fullOnly();
    }

    /** Takes three times the forks where there are several: its forks differ by chance. */
    Question unsteady() {
        unsteady = true;
        return this;
    }

    /** The oldest JDK that can run it. */
    Question since(int jdk) {
        minimumJdk = jdk;
        return this;
    }

    /** What no single row may be below, where that is less than the target. */
    Question floor(double newFloor) {
        floor = newFloor;
        return this;
    }

    /** What a method is compared with in place of the peers. */
    Question reference(String method, double nanos, double ratio) {
        references.put(method, new Reference(nanos, ratio));
        return this;
    }

    /** Measures the harness alone. It does not depend on the allocator, so it is run for one of them. */
    Question baseline() {
        return only("baseline").with("allocator", Peer.UNPOOLED.name());
    }

    String id() {
        return id;
    }

    String title() {
        return title;
    }

    /** The parameter of JMH that says who is measured. */
    String contestants() {
        return contestants;
    }

    /** Who can be measured, ours first. */
    List<? extends Column> columns() {
        return columns;
    }

    /** Whose best figure ours is compared with. */
    Set<? extends Column> rivals() {
        return rivals;
    }

    int[] threads() {
        return threads.clone();
    }

    boolean isFullOnly() {
        return fullOnly;
    }

    boolean isUnsteady() {
        return unsteady;
    }

    /** Whether the contestants take turns in each fork, iteration by iteration. */
    boolean isInTurns() {
        return inTurns;
    }

    boolean isPlotted() {
        return plotted;
    }

    int minimumJdk() {
        return minimumJdk;
    }

    double floor() {
        return floor;
    }

    Reference reference(String method) {
        return references.getOrDefault(method, new Reference(0, target));
    }

    /** Which methods JMH is to run. */
    String include(boolean fast) {
        return "^" + type.getName().replace(".", "\\.") + "\\." + (fast ? fastMethods : methods) + "$";
    }

    /** Which parameters JMH is to override. */
    Map<String, List<String>> overrides(boolean fast) {
        Map<String, List<String>> all = new LinkedHashMap<>(parameters);
        if (fast) {
            all.putAll(fastParameters);
        }
        return all;
    }
}
