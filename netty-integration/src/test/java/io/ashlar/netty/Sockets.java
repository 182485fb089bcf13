// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A test whose channels are real sockets of {@link Transport#CURRENT}; it runs once on each. */
@Tag("sockets")
@ExtendWith(Sockets.Condition.class)
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@interface Sockets {

    /** Leaves it out where the kernel does not let us have the transport. */
    final class Condition implements ExecutionCondition {

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return Transport.CURRENT.isForbidden()
                    ? ConditionEvaluationResult.disabled("no " + Transport.CURRENT + " on this machine")
                    : ConditionEvaluationResult.enabled("");
        }
    }
}
