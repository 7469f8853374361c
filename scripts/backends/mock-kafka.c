/*
 * A Kafka-protocol broker for tests: librdkafka's mock cluster as a process.
 *
 * Prints its bootstrap servers on one line, then serves until standard input
 * ends, so that it never outlives the process that started it.
 * Usage: mock-kafka [number of brokers, default 1]
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "rdkafka.h"
#include "rdkafka_mock.h"

int main(int argc, char **argv) {
        int brokers = argc > 1 ? atoi(argv[1]) : 1;
        char error[256], discard[64];
        rd_kafka_t *handle;
        rd_kafka_mock_cluster_t *cluster;

        handle = rd_kafka_new(RD_KAFKA_PRODUCER, NULL, error, sizeof(error));
        if (!handle) {
                fprintf(stderr, "mock-kafka: %s\n", error);
                return 1;
        }
        cluster = rd_kafka_mock_cluster_new(handle, brokers);
        if (!cluster) {
                fprintf(stderr, "mock-kafka: no cluster of %d brokers\n", brokers);
                rd_kafka_destroy(handle);
                return 1;
        }
        /* The default controller, broker 0, does not exist: kafkajs looks for
         * it before it starts an idempotent producer, and fails. */
        rd_kafka_mock_set_controller_id(cluster, 1);
        /* A group's first members wait this long for more; brokers wait 3 s. */
        rd_kafka_mock_group_initial_rebalance_delay_ms(cluster, 100);

        printf("%s\n", rd_kafka_mock_cluster_bootstraps(cluster));
        fflush(stdout);

        while (read(STDIN_FILENO, discard, sizeof(discard)) > 0)
                ;

        rd_kafka_mock_cluster_destroy(cluster);
        rd_kafka_destroy(handle);
        return 0;
}
