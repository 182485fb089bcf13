// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** How forks that ran in turns become one result each. */
class RoundsTest {

    @Test
    void eachContestantKeepsItsForksAndItsPlace() {
        Rounds rounds = new Rounds();
        rounds.add(List.of(MadeUp.fork("b", 20), MadeUp.fork("a", 10)));
        rounds.add(List.of(MadeUp.fork("b", 22), MadeUp.fork("a", 12)));
        rounds.add(List.of(MadeUp.fork("b", 24))); // the other one failed

        assertEquals(
                List.of("b: 22.0 of 3", "a: 11.0 of 2"),
                rounds.together().stream()
                        .map(result -> result.getParams().getParam("contestant") + ": "
                                + result.getPrimaryResult().getScore() + " of "
                                + result.getBenchmarkResults().size())
                        .toList());
    }
}
