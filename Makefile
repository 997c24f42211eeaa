# make demo    the demonstration county on http://127.0.0.1:8000 (PORT=…, LIANFANG_VAR=… override)
# make serve   the production server, behind a proxy with TLS; see .env.example and docs/operating.md
# make test    every test, in a browser too
# make lint    style, types, layers, templates, migrations, catalogues

PYTHON := .venv/bin/python
TEMPLATES = $$(git ls-files '*.html')

.PHONY: demo serve test lint packages packages-dev

# exec: signals to this recipe reach the supervisor itself.
demo: packages
	@exec $(PYTHON) -m lianfang.platform.supervisor demo --stop-with-parent

serve: packages
	@exec $(PYTHON) -m lianfang.platform.supervisor serve --stop-with-parent

test: packages-dev
	@sh .ci/browser
	@exec $(PYTHON) -m pytest -n 2 --dist loadgroup --no-loadscope-reorder -rs $(TESTS)

lint: packages-dev
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports
	.venv/bin/djade --check $(TEMPLATES)
	$(PYTHON) -m djlint --quiet --lint $(TEMPLATES)
	$(PYTHON) manage.py makemigrations --check --dry-run
	$(PYTHON) -m lianfang.platform.catalogues

# Compiles the engine's inner loops beside the start, so that the first roster need not wait for it.
packages:
	@sh .ci/environment requirements.txt
	@nohup nice $(PYTHON) -m patrols.rostering.warm_up > /dev/null 2>&1 &

packages-dev:
	@sh .ci/environment requirements-dev.txt
