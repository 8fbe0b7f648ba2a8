/**
 * The cluster's configuration as immutable values: where each shard lives and should live, and the chain of changes
 * that led there.
 */
@NullMarked
package io.ostraka.proto.config;

import org.jspecify.annotations.NullMarked;
