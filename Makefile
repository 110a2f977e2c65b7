# Les commandes du projet : « make » les énumère.
# Le travail est fait par les scripts de .ci/, qui préparent d’abord ce qui manque.

PORT ?= 8000
HOTE ?= 127.0.0.1
MAKEFLAGS += --no-print-directory
export PORT HOTE

.DEFAULT_GOAL := aide
.PHONY: aide demo installer preparer test test-postgresql lint format bench verrous propre

aide: ## Énumère ces commandes
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: ## Prépare et sert la démonstration (make demo PORT=8001)
	@bash .ci/demo

installer: ## Installe pour de vrai, ou met à jour (voir docs/installation.md)
	@bash .ci/installer

preparer: ## Prépare l’environnement de développement, sans rien lancer
	@bash .ci/preparer dev

test: ## Vérifie tout : style, migrations, réglages, puis la suite de tests (SQLite)
	@bash .ci/preparer dev
	@bash .ci/verifier
	@bash .ci/tests $(ARGS)

test-postgresql: ## Passe la suite de tests sur PostgreSQL
	@bash .ci/preparer dev
	@bash .ci/tests-postgresql $(ARGS)

lint: ## Vérifie le style, les gabarits, les migrations et les réglages
	@bash .ci/preparer dev
	@bash .ci/verifier

format: ## Met en forme le code Python
	@bash .ci/preparer dev
	@.venv/bin/python -m ruff check --quiet --fix .
	@.venv/bin/python -m ruff format --quiet .

bench: ## Mesure les pages et la recherche sur de grands territoires
	@bash .ci/preparer dev
	@.venv/bin/python -m bench $(ARGS)

verrous: ## Refait requirements.txt et requirements-dev.txt
	@bash .ci/verrous

propre: ## Efface l’environnement et les fichiers produits ; garde var/ (vos données)
	@rm -rf .venv .pytest_cache .ruff_cache .hypothesis test-results build dist *.egg-info
	@find . -name __pycache__ -type d -not -path './var/*' -prune -exec rm -rf {} +
