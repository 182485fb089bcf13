// SPDX-License-Identifier: Apache-2.0
/** Looks after the Grafana board and the rules for Prometheus that lie in {@code metrics/dashboards}. */
@NullMarked
package io.ashlar.examples.prometheus;

import org.jspecify.annotations.NullMarked;
