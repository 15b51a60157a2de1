package main

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

func deniedInBatch(ctx context.Context, conn *pgx.Conn) error {
	batch := &pgx.Batch{}
	batch.Queue("INSERT INTO kept VALUES (200, 'never')")
	batch.Queue("DROP TABLE deny_me")
	batch.Queue("SELECT 1")
	results := conn.SendBatch(ctx, batch)
	var err error
	for range 3 {
		if _, execErr := results.Exec(); execErr != nil && err == nil {
			err = execErr
		}
	}
	results.Close()
	if err := want(err, "ZH002"); err != nil {
		return err
	}
	var never int
	if err := conn.QueryRow(ctx, "SELECT count(*) FROM kept WHERE id = 200").Scan(&never); err != nil || never != 0 {
		return fmt.Errorf("%d rows of a denied batch: %w", never, err)
	}
	return exists(ctx, conn, "deny_me", true)
}

func approvedInBatch(ctx context.Context, conn *pgx.Conn) error {
	if _, err := conn.Exec(ctx, tables); err != nil {
		return err
	}
	batch := &pgx.Batch{}
	batch.Queue("INSERT INTO kept VALUES (300, 'batch')")
	batch.Queue("DROP TABLE approve_me")
	if err := conn.SendBatch(ctx, batch).Close(); err != nil {
		return err
	}
	return exists(ctx, conn, "approve_me", false)
}

func deniedInPipeline(ctx context.Context, conn *pgx.Conn) error {
	pipeline := conn.PgConn().StartPipeline(ctx)
	pipeline.SendQueryParams("SELECT 1", nil, nil, nil, nil)
	pipeline.SendQueryParams("DROP TABLE deny_me", nil, nil, nil, nil)
	pipeline.SendPipelineSync()
	pipeline.SendQueryParams("SELECT 2", nil, nil, nil, nil)
	if err := pipeline.Sync(); err != nil {
		return err
	}
	var first error
	for {
		results, err := pipeline.GetResults()
		if err != nil && first == nil {
			first = err
		}
		if reader, ok := results.(*pgconn.ResultReader); ok {
			if _, err := reader.Close(); err != nil && first == nil {
				first = err
			}
		}
		if results == nil && err == nil {
			break
		}
	}
	if err := pipeline.Close(); err != nil && first == nil {
		first = err
	}
	if err := want(first, "ZH002"); err != nil {
		return err
	}
	return exists(ctx, conn, "deny_me", true)
}
