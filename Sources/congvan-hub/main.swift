print("congvan-hub")
