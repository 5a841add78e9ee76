"""The shell of the pipelines' steps, the same for each provider.

Every name in a script comes from an environment file. Text that other people can choose, such as the title of a pull
request, is in no script; the commit and the number of a pull request are variables of the environment.
"""

from __future__ import annotations

from operations.pipelines.target import Target

PYTHON = ".venv/bin/python"
OPERATIONS = f"{PYTHON} -m operations"
PLANS = ".build/plan"
BEFORE = ".build/before"
COMMENTS = ".build/comments"
ELK = "report/picture/node_modules/elkjs"
PYTEST = "pytest==9.0.2"
TOOLS = f"make setup {ELK}"
SYNTH = "make synth"
GATE = f"{PYTHON} -m terraform_gate cdktf.out/stacks"
CHECKOUT_BEFORE = f"""\
git worktree add --detach {BEFORE} "$BASE"
if [ -f {BEFORE}/main.py ]; then (cd {BEFORE} && ../../{PYTHON} main.py); fi"""
"""Synthesizes the version before the change, with the packages of this version."""
ACCESS = f"""\
mkdir -p {COMMENTS}
echo '## Access' > {COMMENTS}/access.md
code=0
{PYTHON} -m terraform_gate compare {BEFORE}/cdktf.out/stacks cdktf.out/stacks \\
  --format markdown --output .build/access.md || code=$?
cat .build/access.md >> {COMMENTS}/access.md
if [ "$code" -gt 2 ]; then exit "$code"; fi"""
"""Exit codes 1 (something is opened) and 2 (unknown) are for the reviewer, who reads the comment."""
DAY_TWO = "make day-two"


def check_pipelines(targets: tuple[Target, ...], provider: str) -> str:
    """The pipelines are those of the environment files."""
    return f"{OPERATIONS} pipelines {' '.join(target.name for target in targets)} --provider {provider} --out . --check"


def plan(target: Target) -> str:
    """Plan both stacks; the summary shows the changes."""
    return f"{OPERATIONS} plan {target.name} --out {PLANS}"


def drift(target: Target) -> str:
    """Fail when AWS differs from the files."""
    return f"{OPERATIONS} plan {target.name} --expect-no-changes"


def gate(target: Target) -> str:
    """Evaluate the policies with the values of the plans."""
    folders = " ".join(f"cdktf.out/stacks/{stack}" for stack in target.stacks)
    return f"{PYTHON} -m terraform_gate {folders} \\\n  {_plans(target)}"


def report(target: Target) -> str:
    """Write the comment, with the difference in cost, and the page."""
    return (
        f"{PYTHON} -m report {target.name} --no-gate --no-variants --before {BEFORE} \\\n  {_plans(target)} \\\n"
        f"  --out .build/report/{target.name}.html --markdown {COMMENTS}/{target.name}.md"
    )


def deploy(target: Target) -> str:
    """Apply the reviewed plan."""
    return f"{OPERATIONS} deploy {target.name} --reviewed {PLANS}/reviewed.json --yes"


def verify(target: Target) -> str:
    """Check the running environment."""
    return f"{OPERATIONS} verify {target.name}"


def image(target: Target) -> str:
    """Build the image for both architectures and push it; its digest is in .build/digest."""
    return f'mkdir -p .build\n{OPERATIONS} image {target.name} --tag "$COMMIT" --all-architectures > .build/digest'


def bill_of_materials(target: Target) -> str:
    """Write the SBOM of the pushed image."""
    return (
        f'docker buildx imagetools inspect "{target.registry}@$(cat .build/digest)" '
        f"--format '{{{{ json .SBOM }}}}' > .build/sbom-{target.name}.json"
    )


def scan(target: Target) -> str:
    """Scan the pushed image with the scanner of the runner, if there is one; ECR scans every image on push."""
    return f"""\
image="{target.registry}@$(cat .build/digest)"
if command -v trivy > /dev/null; then
  trivy image --exit-code 1 --severity CRITICAL --ignore-unfixed "$image"
elif command -v grype > /dev/null; then
  grype "$image" --fail-on critical --only-fixed
else
  echo "no scanner on this runner; the findings of ECR are in the console of account {target.account}"
fi"""


def pin(targets: tuple[Target, ...], *, push: str) -> str:
    """Write the digests into the environment files, commit them to a branch, and push it with ``push``."""
    pins = "\n".join(f'{OPERATIONS} pin {target.name} "${digest_variable(target)}"' for target in targets)
    return f"""\
{pins}
if git diff --quiet -- environments; then echo "nothing to pin"; exit 0; fi
git switch --create "$BRANCH"
git -c user.name=airflow-pipelines -c user.email=airflow-pipelines@localhost \\
  commit --quiet --message 'environments: pin the image' -- environments
{push} "HEAD:refs/heads/$BRANCH\""""


def digest_variable(target: Target) -> str:
    """The variable that has the digest of the environment's image.

    A name such as ``DIGEST_PROD_EU``.
    """
    return "DIGEST_" + target.name.upper().replace("-", "_")


def dag_tests(folder: str, image: str = "$IMAGE") -> tuple[str, str]:
    """Import every DAG file, and run the unit tests, in the image that is deployed; without network."""
    run = (
        "docker run --rm --network none --read-only --tmpfs /tmp --tmpfs /opt/airflow \\\n"
        f'  --volume "$PWD/{folder}:/opt/airflow/dags:ro"'
    )
    imports = f'{run} \\\n  --entrypoint python "{image}" -m airflow_fargate.check_dags /opt/airflow/dags'
    tests = f"""\
if [ ! -d tests ]; then echo "no folder tests"; exit 0; fi
python3 -m pip install --quiet --target .build/pytest {PYTEST}
{run} \\
  --volume "$PWD/tests:/tests:ro" --volume "$PWD/.build/pytest:/pytest:ro" \\
  --env PYTHONPATH=/opt/airflow-fargate:/opt/airflow/dags:/pytest \\
  --entrypoint python "{image}" -m pytest -p no:cacheprovider /tests"""
    return imports, tests


def build_test_image(folder: str) -> str:
    """Build the image from this project in ``folder``; its name is the last line of .build/image."""
    make = f"make --no-print-directory --directory {folder}"
    return f"mkdir -p .build\n{make} setup\n{make} image > .build/image"


def release(target: Target, *, push: str) -> str:
    """Move the branch that the environment follows to the tested commit; git rejects what is no fast-forward."""
    return f'{push} "$COMMIT:refs/heads/{target.dags.branch}"'


def upload(target: Target) -> str:
    """Release the DAG files to the bucket of the environment; a repeated run releases nothing new."""
    return f"{OPERATIONS} dags release {target.name} --dags {target.dags.subdirectory}"


def _plans(target: Target) -> str:
    return " ".join(f"--plan {stack}={PLANS}/{stack}.plan.json" for stack in target.stacks)
