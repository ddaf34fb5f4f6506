# The only door. `make help` lists what there is; the work is done by the scripts in deploy/native.
# Ports and folders: deploy/README.md, for example `make run STRAVA_PORT_GATEWAY=9080`.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.NOTPARALLEL:
native := deploy/native

.PHONY: help
help: ## Lists the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: ## Brings everything up, servers included, and shows the demo (DEMO=0: without it)
	@$(native)/stack.sh up

.PHONY: stop
stop: ## Stops everything; the data stays
	@$(native)/stack.sh stop

.PHONY: status
status: ## Shows what is up, where it listens and where its log is
	@$(native)/stack.sh status

.PHONY: logs
logs: ## Follows the logs (S=activity: of one; NOFOLLOW=1: shows and ends)
	@$(native)/stack.sh logs "$(S)"

.PHONY: reset
reset: ## Stops everything and deletes its data
	@$(native)/stack.sh reset

.PHONY: import
import: ## Imports a recording: FILE=ride.gpx AS=demo [TYPE=RUN|RIDE]
	@$(native)/stack.sh import "$(FILE)" "$(AS)" "$(TYPE)"

.PHONY: rebuild
rebuild: ## Works a read model out again and swaps it in: S=activity|feed|leaderboard|locallegend
	@$(native)/stack.sh rebuild "$(S)"

.PHONY: test
test: ## Runs every test, the fast ones first (T=Feed: projects of that name)
	@$(native)/test.sh

.PHONY: test-input
test-input: ## Sends every class of bad input to a running stack and counts what is wrong
	@T=Input $(native)/test.sh

.PHONY: bench-store
bench-store: ## Measures the event store beside the raw limit (P=append: one part)
	@dotnet run -c Release --project tests/Bench -- store $(P)

.PHONY: bench-archive
bench-archive: ## Measures what archiving frees in Postgres and what it costs
	@dotnet run -c Release --project tests/Bench -- archive

.PHONY: test-access
test-access: ## Sends every request as owner, friend, stranger, admin and nobody; counts wrong answers
	@T=Access $(native)/test.sh

.PHONY: bench-feed
bench-feed: ## Measures the friends' page with 500 and 5,000 friends among two million activities
	@dotnet run -c Release --project tests/Bench -- feed

.PHONY: bench-boards
bench-boards: ## Measures the boards beside the raw limit (P=place: one part)
	@dotnet run -c Release --project tests/Bench -- boards $(P)

.PHONY: bench-legends
bench-legends: ## Measures matching, efforts, legends and backfills (P=effort: one part)
	@dotnet run -c Release --project tests/Bench -- legends $(P)

.PHONY: bench-rebuild
bench-rebuild: ## Measures how fast read models are rebuilt from 20,000 activities
	@dotnet run -c Release --project tests/Bench -- rebuild

.PHONY: fuzz
fuzz: ## Feeds made-up and damaged input to whatever reads it for SECONDS=60 (FUZZ="--repeat json:123": one case again)
	@FUZZ_SECONDS="$(or $(SECONDS),60)" $(native)/fuzz.sh

.PHONY: lint
lint: ## Checks the format, the scripts, and that the build has no warning
	@$(native)/lint.sh

.PHONY: build
build: ## Builds everything
	@dotnet build Strava.sln -c Release -v minimal -clp:NoSummary

.PHONY: install
install: ## Installs the missing servers from Debian's packages, starting none
	@$(native)/install.sh
