// SPDX-License-Identifier: Apache-2.0
/**
 * A live page about one allocator: what the HTTP demonstration serves at {@code /dashboard}.
 *
 * <ul>
 *   <li>the figures: {@link io.ashlar.examples.dashboard.Snapshot}, read by {@link io.ashlar.examples.dashboard.SnapshotReader}
 *   <li>what is served: {@link io.ashlar.examples.dashboard.Dashboard}
 *   <li>the page itself: {@code index.html}, {@code style.css} and a few modules of JavaScript among the resources; the charts are drawn by
 *       Apache ECharts
 * </ul>
 */
@NullMarked
package io.ashlar.examples.dashboard;

import org.jspecify.annotations.NullMarked;
