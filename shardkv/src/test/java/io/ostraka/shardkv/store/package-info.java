/** The contract of a store, against each implementation. */
@NullMarked
package io.ostraka.shardkv.store;

import org.jspecify.annotations.NullMarked;
