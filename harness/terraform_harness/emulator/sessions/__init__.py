"""ECS Exec and Session Manager: sessions that really run a command, over the protocol of the Session Manager plugin.

``ExecuteCommand`` and ``StartSession`` answer with the address of a data channel on loopback. A container takes part
once its agent is connected (``Emulator.connect_agent``). AWS's plugin has packages for workstations only; the program
of :mod:`terraform_harness.emulator.sessions.plugin` takes the same arguments and speaks the same protocol.
"""
