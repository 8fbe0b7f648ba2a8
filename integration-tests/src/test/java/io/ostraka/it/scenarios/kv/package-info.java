/**
 * The classic scenarios of the store: one group, and groups that hand shards over. The scripts speak to a
 * {@link io.ostraka.it.scenarios.kv.StoreCluster}, which is a simulated one in virtual time, or one of real processes.
 */
@NullMarked
package io.ostraka.it.scenarios.kv;

import org.jspecify.annotations.NullMarked;
